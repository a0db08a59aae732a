//! `bench --against BINARY`: two binaries measured in turn, and how sure one can be that they differ.
//!
//! The unit is the *pair*: both binaries do the same within a second or two of each other, in fresh processes, and the
//! pair gives one ratio. What else the machine does meets both sides of a pair, what a process was lucky or unlucky with
//! (memory layout, core) differs from pair to pair, and which side goes first alternates. The interval of the ratios then
//! says what the noise allows one to say.

mod interval;
mod loaded;
mod once;
mod results;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use self::interval::Interval;
use self::results::{Compared, Outcome, Results};
use super::emulator::Binary;
use super::table::Unit;
use super::{Name, Pace, Skip};
use crate::binary::version;

/// A measurement is slower when even the upper end of its interval lies below this ratio.
const SLOWER: f64 = 0.97;

/// A bench that looks slower is measured again, with so many times as many pairs.
const AGAIN: usize = 2;

/// Exit code: something is slower than the base.
const CODE_SLOWER: u8 = 1;
/// Exit code: not everything could be compared.
const CODE_INCOMPLETE: u8 = 2;

/// Which of the two binaries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    This,
    Base,
}

impl Which {
    fn shown(self) -> &'static str {
        match self {
            Self::This => "this binary",
            Self::Base => "the base",
        }
    }
}

/// Which side of a pair goes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    ThisFirst,
    BaseFirst,
}

impl Order {
    fn of_pair(number: usize) -> Self {
        if number.is_multiple_of(2) { Self::ThisFirst } else { Self::BaseFirst }
    }

    fn sides(self) -> [Which; 2] {
        match self {
            Self::ThisFirst => [Which::This, Which::Base],
            Self::BaseFirst => [Which::Base, Which::This],
        }
    }
}

/// Which way a measurement is good.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    More,
    Less,
}

/// What one number of a bench is.
#[derive(Clone, Copy)]
struct Measure {
    what: &'static str,
    unit: Unit,
    better: Better,
}

/// The values of the measures of one bench, of both sides of a pair.
struct Pair {
    this: Vec<f64>,
    base: Vec<f64>,
}

impl Pair {
    /// Fills both sides in the order given.
    async fn measured(order: Order, mut measure: impl AsyncFnMut(Which) -> Result<Vec<f64>>) -> Result<Self> {
        let mut pair = Self { this: Vec::new(), base: Vec::new() };
        for which in order.sides() {
            let values = measure(which).await.map_err(|error| of(which, &error))?;
            match which {
                Which::This => pair.this = values,
                Which::Base => pair.base = values,
            }
        }
        Ok(pair)
    }
}

/// Says which binary an error is about, and keeps a lacking feature one.
fn of(which: Which, error: &anyhow::Error) -> anyhow::Error {
    let text = format!("{}: {error:#}", which.shown());
    if error.is::<Skip>() { Skip(text).into() } else { anyhow::anyhow!(text) }
}

/// Both binaries and how long each is measured.
struct Both {
    this: Binary,
    base: Binary,
    pace: Pace,
}

impl Both {
    fn binary(&self, which: Which) -> &Binary {
        match which {
            Which::This => &self.this,
            Which::Base => &self.base,
        }
    }

    fn measures(name: Name) -> Result<&'static [Measure]> {
        Ok(match name {
            Name::Send => loaded::SEND,
            Name::SendEcho => loaded::SEND_ECHO,
            Name::SendJournal => loaded::SEND_JOURNAL,
            Name::SendTls => loaded::SEND_TLS,
            Name::Turns => loaded::TURNS,
            Name::Clock => once::CLOCK,
            Name::Start => once::START,
            Name::Scenarios => once::SCENARIOS,
            Name::Slow => once::SLOW,
            Name::Itself => bail!("`self` measures no binary, so there is nothing to compare"),
        })
    }

    async fn pair(&self, name: Name, order: Order) -> Result<Pair> {
        match name {
            Name::Send | Name::SendEcho | Name::SendJournal | Name::SendTls | Name::Turns => {
                loaded::pair(self, name, order).await
            }
            Name::Clock => Pair::measured(order, async |which| once::clock(self.binary(which)).await).await,
            Name::Start => Pair::measured(order, async |which| once::start(self.binary(which)).await).await,
            Name::Scenarios => {
                Pair::measured(order, async |which| once::scenarios(self.binary(which)).await).await
            }
            Name::Slow => Pair::measured(order, async |which| once::slow(self.binary(which)).await).await,
            Name::Itself => bail!("`self` measures no binary, so there is nothing to compare"),
        }
    }

    /// Plays so many pairs of a bench and compares each of its measures.
    async fn series(&self, name: Name, pairs: usize) -> Result<Vec<Compared>> {
        eprintln!("── {}, {pairs} pairs", name.shown());
        let measures = Self::measures(name)?;
        let mut played = Vec::new();
        for number in 0..pairs {
            played.push(self.pair(name, Order::of_pair(number)).await?);
        }
        let mut compared = Vec::new();
        for (index, measure) in measures.iter().enumerate() {
            let values = |side: fn(&Pair) -> &Vec<f64>| -> Result<Vec<f64>> {
                let values = played.iter().map(|pair| side(pair).get(index).copied());
                values.collect::<Option<Vec<f64>>>().with_context(|| format!("no value for {}", measure.what))
            };
            compared.push(Compared::new(*measure, &values(|pair| &pair.this)?, &values(|pair| &pair.base)?)?);
        }
        Ok(compared)
    }

    /// One chance in forty that noise alone looks slower is too many for a table of twenty lines, so it has to look
    /// slower twice. The second series is the longer one, and its figures are the ones shown.
    async fn compare(&self, name: Name, pairs: usize) -> Result<Vec<Compared>> {
        let first = self.series(name, pairs).await?;
        let suspects: Vec<_> = first.iter().filter(|one| one.interval.is_below(SLOWER)).collect();
        if suspects.is_empty() {
            return Ok(first);
        }
        for suspect in suspects {
            eprintln!("   {} looks slower: {}; measured again", suspect.measure.what, suspect.interval);
        }
        let mut second = self.series(name, pairs * AGAIN).await?;
        for (second, first) in second.iter_mut().zip(&first) {
            second.slower = first.interval.is_below(SLOWER) && second.interval.is_below(SLOWER);
        }
        Ok(second)
    }
}

/// What is compared with what, and how.
pub(super) struct Comparison<'a> {
    pub(super) names: &'a [Name],
    pub(super) this: PathBuf,
    pub(super) base: PathBuf,
    pub(super) pairs: usize,
    pub(super) pace: Pace,
}

/// Compares everything that was asked for.
pub(super) async fn run(comparison: Comparison<'_>) -> Result<Results> {
    let Comparison { names, this, base, pairs, pace } = comparison;
    let versions =
        [version(&this).context(Which::This.shown())?, version(&base).context(Which::Base.shown())?];
    let mut results =
        Results::new(pairs, [(this.clone(), versions[0].clone()), (base.clone(), versions[1].clone())]);
    let both = Both { this: Binary::new(this), base: Binary::new(base), pace };
    for name in names {
        let outcome = match both.compare(*name, pairs).await {
            Ok(compared) => Outcome::Compared(compared),
            Err(error) => {
                let outcome = Outcome::NotCompared(format!("{error:#}"));
                eprintln!("   not compared: {error:#}");
                outcome
            }
        };
        results.add(name.shown(), outcome);
    }
    Ok(results)
}

/// The exit code of a comparison: what is slower comes first, since it was measured.
pub(super) fn exit_code(results: &Results) -> ExitCode {
    if results.slower().next().is_some() {
        ExitCode::from(CODE_SLOWER)
    } else if results.is_incomplete() {
        ExitCode::from(CODE_INCOMPLETE)
    } else {
        ExitCode::SUCCESS
    }
}

/// The exit code of a comparison that could not begin.
pub(super) fn exit_of_error() -> ExitCode {
    ExitCode::from(CODE_INCOMPLETE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_goes_first_in_every_other_pair() {
        let first: Vec<_> = (0..4).map(|pair| Order::of_pair(pair).sides()[0] == Which::This).collect();
        assert_eq!(first, [true, false, true, false]);
    }

    #[test]
    fn a_lacking_feature_is_told_with_the_binary_that_lacks_it() {
        let error = of(Which::Base, &super::super::skip("`serve` has no option --journal yet"));
        assert_eq!(error.to_string(), "the base: `serve` has no option --journal yet");
        assert!(error.is::<Skip>());
    }
}
