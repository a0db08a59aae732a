//! The version of the rules: it rises when a decision changes, and never when a sentence is corrected.
//!
//! A journal names the version by which it came about, since letting it happen again by other rules leads elsewhere. What
//! a version consists of stands in `rules/VERSION.json` beside this crate's sources.

/// The version of the rules.
pub const RULES_VERSION: u32 = 1;
