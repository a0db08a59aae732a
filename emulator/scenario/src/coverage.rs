//! How much of what the rules can do scenarios have touched: rules, webhook events, errors, and cells of the decision table.
//!
//! **Invariant:** the whole follows from the catalogue and from tables alone, never from what some run has touched.

mod touched;
mod whole;

use std::collections::BTreeSet;

use emulator_core::{Protocol, words};
use serde_json::{Map, Value, json};

pub use touched::Touched;
use whole::Whole;

words! {
    /// What is counted.
    Measure {
        /// Rules of the catalogue.
        Rules = "rules",
        /// Kinds of webhook events.
        Events = "events",
        /// Errors of Graph, and refusals of steps.
        Errors = "errors",
        /// Cells of the decision table.
        Cells = "cells",
    }
}

/// What was touched of all that can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    protocols: BTreeSet<Protocol>,
    /// In the order of [`Measure::ALL`].
    parts: [Part; Measure::ALL.len()],
}

/// What was touched of one kind of things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How many can be touched.
    pub reachable: usize,
    /// Those that were not.
    pub missing: Vec<String>,
}

impl Coverage {
    /// What was touched of all that can be under these protocols.
    pub fn of(protocols: BTreeSet<Protocol>, touched: &Touched) -> Self {
        let whole = Whole::of(&protocols);
        let parts = [
            Part::of(&whole.rules, &touched.rules, ToString::to_string),
            Part::of(&whole.events, &touched.events, |event| event.name().to_owned()),
            Part::of(&whole.errors, &touched.errors, ToString::to_string),
            Part::of(&whole.cells, &touched.cells, whole::in_words),
        ];
        Self { protocols, parts }
    }

    /// The part of one kind.
    pub const fn part(&self, measure: Measure) -> &Part {
        &self.parts[measure as usize]
    }

    /// Four lines for people.
    pub fn text(&self) -> String {
        let line = |measure: &Measure| {
            let part = self.part(*measure);
            let (touched, reachable, percent) = (part.touched(), part.reachable, part.percent());
            format!("{} {touched} of {reachable} ({percent} %)\n", measure.name())
        };
        Measure::ALL.iter().map(line).collect()
    }

    /// Everything for programs.
    pub fn json(&self) -> Value {
        let protocols: Vec<&str> = self.protocols.iter().map(|protocol| protocol.name()).collect();
        let mut report = Map::new();
        report.insert("format".to_owned(), FORMAT.into());
        report.insert("protocols".to_owned(), protocols.into());
        for measure in Measure::ALL {
            let part = self.part(*measure);
            let value = json!({
                "reachable": part.reachable,
                "touched": part.touched(),
                "percent": part.percent(),
                "missing": part.missing,
            });
            report.insert(measure.name().to_owned(), value);
        }
        report.into()
    }
}

/// The version of the report for programs.
const FORMAT: u32 = 1;

impl Part {
    fn of<T: Ord>(whole: &[T], touched: &BTreeSet<T>, name: impl Fn(&T) -> String) -> Self {
        let missing = whole.iter().filter(|it| !touched.contains(it)).map(name).collect();
        Self { reachable: whole.len(), missing }
    }

    /// How many were touched.
    pub fn touched(&self) -> usize {
        self.reachable - self.missing.len()
    }

    /// How many of a hundred were touched, rounded down: 100 means all of them.
    pub fn percent(&self) -> usize {
        (100 * self.touched()).checked_div(self.reachable).unwrap_or(100)
    }
}

#[cfg(test)]
mod tests {
    use emulator_core::RuleId;

    use super::*;

    fn of(protocol: Protocol, touched: &Touched) -> Coverage {
        Coverage::of([protocol].into(), touched)
    }

    #[test]
    fn the_whole_is_what_holds_and_can_be_reached() {
        let none = of(Protocol::DefaultBehavior, &Touched::default());
        let rules = &none.part(Measure::Rules).missing;
        assert!(rules.contains(&"C-45".to_owned()), "it holds there: {rules:?}");
        assert!(!rules.contains(&"C-05".to_owned()), "it holds under the first protocol alone");
        assert!(!rules.contains(&"M-24".to_owned()), "it only says how errors are written");
        let events = &none.part(Measure::Events).missing;
        assert!(events.contains(&"pass_thread_control".to_owned()) && events.contains(&"echo".to_owned()));
        assert!(!events.contains(&"app_roles".to_owned()), "there are no roles");
        let errors = &none.part(Measure::Errors).missing;
        assert!(errors.iter().any(|error| error.starts_with("27/2018464 ")), "{errors:?}");
        assert!(!errors.iter().any(|error| error.contains("/2018234 ")), "nobody lists receivers there");
        let cells = &none.part(Measure::Cells).missing;
        let takes = "default-behavior, idle, no primary receiver: another app takes".to_owned();
        assert!(cells.contains(&takes), "{cells:?}");
    }

    #[test]
    fn what_is_not_of_the_whole_counts_for_nothing() {
        let rules = [RuleId::OnlyOwnerSends, RuleId::RolesAssigned, RuleId::ErrorBody].into();
        let touched = Touched { rules, ..Touched::default() };
        let (before, after) = (
            of(Protocol::Handover, &Touched::default()).part(Measure::Rules).clone(),
            of(Protocol::Handover, &touched).part(Measure::Rules).clone(),
        );
        assert_eq!((after.touched(), after.reachable), (1, before.reachable));
    }

    #[test]
    fn a_hundred_percent_are_all() {
        let part = |reachable, missing| Part { reachable, missing: vec![String::new(); missing] }.percent();
        assert_eq!((part(300, 1), part(300, 0), part(300, 300), part(0, 0)), (99, 100, 0, 100));
    }
}
