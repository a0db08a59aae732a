//! A part of all scenarios, for machines that share the work.
//!
//! To which part a scenario belongs follows from its full name alone: another scenario beside it changes nothing.

use std::fmt;
use std::str::FromStr;

use emulator_core::Digest;

/// One part of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 0.
    index: u64,
    /// How many there are, at least 1.
    count: u64,
}

/// Why a text names no part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write `2/5` for the second of five parts; the first is `1/5`")]
pub struct ParseShardError;

impl FromStr for Shard {
    type Err = ParseShardError;

    fn from_str(text: &str) -> Result<Self, ParseShardError> {
        let (number, count) = text.split_once('/').ok_or(ParseShardError)?;
        let (number, count): (u64, u64) =
            number.trim().parse().ok().zip(count.trim().parse().ok()).ok_or(ParseShardError)?;
        Self::of(number, count).ok_or(ParseShardError)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.index + 1, self.count)
    }
}

/// The variables in which a CI server tells a machine which one it is: the number, how many there are, from which number
/// it counts, and a variable that must be there because others use the first two in another way.
struct Server {
    name: &'static str,
    number: &'static str,
    count: &'static str,
    from: u64,
    marked_by: Option<&'static str>,
}

const SERVERS: &[Server] = &[
    Server {
        name: "GitLab",
        number: "CI_NODE_INDEX",
        count: "CI_NODE_TOTAL",
        from: 1,
        marked_by: Some("GITLAB_CI"),
    },
    Server {
        name: "Buildkite",
        number: "BUILDKITE_PARALLEL_JOB",
        count: "BUILDKITE_PARALLEL_JOB_COUNT",
        from: 0,
        marked_by: None,
    },
    Server {
        name: "CircleCI",
        number: "CIRCLE_NODE_INDEX",
        count: "CIRCLE_NODE_TOTAL",
        from: 0,
        marked_by: None,
    },
    Server {
        name: "Semaphore",
        number: "SEMAPHORE_JOB_INDEX",
        count: "SEMAPHORE_JOB_COUNT",
        from: 1,
        marked_by: None,
    },
    Server {
        name: "Bitbucket",
        number: "BITBUCKET_PARALLEL_STEP",
        count: "BITBUCKET_PARALLEL_STEP_COUNT",
        from: 0,
        marked_by: None,
    },
    // Knapsack's own pair, which counts from 0.
    Server { name: "Knapsack", number: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", from: 0, marked_by: None },
];

impl Shard {
    fn of(number: u64, count: u64) -> Option<Self> {
        (1..=count).contains(&number).then(|| Self { index: number - 1, count })
    }

    /// The part that a CI server has given to this machine, and the server's name. One of one is no part.
    pub fn of_server(env: impl Fn(&str) -> Option<String>) -> Option<(Self, &'static str)> {
        let read = |name: &str| env(name)?.trim().parse::<u64>().ok();
        let server = SERVERS.iter().find(|server| {
            let here = server.marked_by.is_none_or(|mark| env(mark).is_some());
            here && read(server.number).is_some() && read(server.count).is_some()
        })?;
        let (number, count) = (read(server.number)?, read(server.count)?);
        let shard = Self::of((number + 1).checked_sub(server.from)?, count)?;
        (count > 1).then_some((shard, server.name))
    }

    /// Whether the scenario of that full name belongs to this part.
    pub fn holds(self, name: &str) -> bool {
        let digest = Digest::new().bytes(name.as_bytes()).to_string();
        let number = digest.get(..15).and_then(|head| u64::from_str_radix(head, 16).ok()).unwrap_or_default();
        number % self.count == self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    #[test]
    fn a_part_is_written_as_its_number_and_how_many_there_are() {
        assert_eq!(shard("2/5").to_string(), "2/5");
        for wrong in ["", "2", "0/5", "6/5", "1/0", "a/b", "-1/5", "1/2/3"] {
            assert_eq!(wrong.parse::<Shard>(), Err(ParseShardError), "{wrong}");
        }
    }

    #[test]
    fn every_scenario_belongs_to_one_part_and_no_part_is_much_larger_than_another() {
        let mut sizes = [0; 5];
        for number in 0..1_000 {
            let name = format!("scenarios/orders/{number}");
            let parts = (1..=5).filter(|part| shard(&format!("{part}/5")).holds(&name));
            let parts: Vec<usize> = parts.collect();
            assert_eq!(parts.len(), 1, "{name} is in {parts:?}");
            sizes[parts[0] - 1] += 1;
        }
        assert!(sizes.iter().all(|size| (150..250).contains(size)), "{sizes:?}");
    }

    /// Changing this would move scenarios between machines in the middle of somebody's build.
    #[test]
    fn the_part_of_a_name_never_changes() {
        let of = |name: &str| (1..=7).find(|part| shard(&format!("{part}/7")).holds(name));
        let names = ["a/b", "scenarios/idle/a day of silence", "é.case@handover", "x#2"];
        assert_eq!(names.map(of), [Some(3), Some(3), Some(7), Some(5)]);
    }

    #[test]
    fn the_variables_of_ci_servers_are_read_as_each_means_them() {
        let of = |variables: &[(&str, &str)]| {
            let found = Shard::of_server(|name| {
                let value = variables.iter().find(|(known, _)| *known == name);
                value.map(|(_, value)| (*value).to_owned())
            });
            found.map(|(shard, server)| format!("{shard} {server}"))
        };
        let node = |index, total| [("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", total)];
        let gitlab = |index, total| [node(index, total).as_slice(), &[("GITLAB_CI", "true")]].concat();
        for (variables, expected) in [
            (gitlab("1", "3"), Some("1/3 GitLab")),
            (gitlab("3", "3"), Some("3/3 GitLab")),
            (gitlab("1", "1"), None),
            (node("0", "3").to_vec(), Some("1/3 Knapsack")),
            (node("3", "3").to_vec(), None),
            (vec![("CI_NODE_TOTAL", "1")], None),
            (
                vec![("BUILDKITE_PARALLEL_JOB", "0"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")],
                Some("1/4 Buildkite"),
            ),
            (vec![("CIRCLE_NODE_INDEX", "3"), ("CIRCLE_NODE_TOTAL", "4")], Some("4/4 CircleCI")),
            (vec![("SEMAPHORE_JOB_INDEX", "1"), ("SEMAPHORE_JOB_COUNT", "2")], Some("1/2 Semaphore")),
            (
                vec![("BITBUCKET_PARALLEL_STEP", "1"), ("BITBUCKET_PARALLEL_STEP_COUNT", "2")],
                Some("2/2 Bitbucket"),
            ),
            (Vec::new(), None),
        ] {
            assert_eq!(of(&variables).as_deref(), expected, "{variables:?}");
        }
    }
}
