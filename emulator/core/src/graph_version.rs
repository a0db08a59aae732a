//! Versions of the Graph API.

/// The last minor version of each major one that ever was (M-08); later majors have only `.0`.
const MINORS: &[(u32, u32)] = &[(2, 12), (3, 3)];

/// A version of Graph that there is or was, such as `v25.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GraphVersion((u32, u32));

impl GraphVersion {
    /// The last major version that was ever seen.
    pub const LAST_MAJOR: u32 = 26;

    /// The version of that name; none if it was never released (M-08).
    pub fn parse(name: &str) -> Option<Self> {
        version(name).filter(|version| ever_released(*version)).map(Self)
    }

    /// The major and the minor number.
    pub const fn numbers(self) -> (u32, u32) {
        self.0
    }
}

fn version(part: &str) -> Option<(u32, u32)> {
    let (major, minor) = part.strip_prefix('v')?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn ever_released((major, minor): (u32, u32)) -> bool {
    let last = MINORS.iter().find(|(known, _)| *known == major).map_or(0, |(_, last)| *last);
    (2..=GraphVersion::LAST_MAJOR).contains(&major) && minor <= last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_were_released_are_known_and_no_others() {
        let released =
            [("v2.0", (2, 0)), ("v2.12", (2, 12)), ("v3.3", (3, 3)), ("v4.0", (4, 0)), ("v26.0", (26, 0))];
        for (name, numbers) in released {
            assert_eq!(GraphVersion::parse(name).map(GraphVersion::numbers), Some(numbers), "{name}");
        }
        for name in
            ["", "v", "v1.0", "v2.13", "v3.4", "v4.1", "v27.0", "25.0", "v25", "v25.0.1", "vx.0", "v25.x"]
        {
            assert_eq!(GraphVersion::parse(name), None, "{name}");
        }
    }
}
