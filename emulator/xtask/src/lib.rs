//! What the programs of the developer commands share.

pub mod cargo;
