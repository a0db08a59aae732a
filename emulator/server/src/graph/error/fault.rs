//! How tables of faults become code: each row has the word of the fault with what its text names, its rule, the code with
//! its subcode, the status where it is not 400, the type where it is not `OAuthException`, and the text.

/// A row of such a table.
#[derive(Debug)]
pub(super) struct Fault {
    #[cfg(test)]
    pub(super) word: &'static str,
    pub(super) rule: emulator_core::RuleId,
    pub(super) code: i32,
    pub(super) subcode: Option<u32>,
    /// The text, with what it names in braces.
    pub(super) text: &'static str,
}

/// Makes the constructor of each row, which is named by its word, and the table.
macro_rules! faults {
    ($($(#[$meta:meta])+
        $word:ident($($named:ident),*) = RuleId::$rule:ident, $code:literal $(/ $subcode:literal)?
            $(, status $status:literal)? $(, type $kind:ident)?, $text:literal;
    )+) => {
        impl $crate::graph::error::GraphError {
            $($(#[$meta])+
            pub(crate) fn $word($($named: impl std::fmt::Display),*) -> Self {
                let text = $crate::graph::error::fault::text(format_args!($text));
                let error = Self::new(emulator_core::RuleId::$rule, $code, text);
                $(let error = error.subcode($subcode);)?
                $(let error = error.status($status);)?
                $(let error = Self { kind: $crate::graph::error::$kind, ..error };)?
                error
            })+
        }

        pub(super) const FAULTS: &[$crate::graph::error::fault::Fault] = &[$(
            $crate::graph::error::fault::Fault {
                #[cfg(test)]
                word: stringify!($word),
                rule: emulator_core::RuleId::$rule,
                code: $code,
                subcode: $crate::graph::error::fault::subcode!($($subcode)?),
                text: $text,
            },
        )+];
    };
}

/// The subcode of a row, if it has one.
macro_rules! subcode {
    () => {
        None
    };
    ($subcode:literal) => {
        Some($subcode)
    };
}

/// A text, which is borrowed where it names nothing.
pub(super) fn text(text: std::fmt::Arguments<'_>) -> std::borrow::Cow<'static, str> {
    text.as_str().map_or_else(|| text.to_string().into(), std::borrow::Cow::Borrowed)
}

pub(super) use faults;
pub(super) use subcode;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use emulator_core::subcodes_of;

    use super::super::{http, message, request};

    #[test]
    fn each_fault_has_a_word_of_its_own_and_a_code_that_the_platform_has() {
        let mut words = BTreeSet::new();
        for fault in [request::FAULTS, message::FAULTS, http::FAULTS].into_iter().flatten() {
            assert!(words.insert(fault.word), "{fault:?} stands twice");
            let known = subcodes_of(fault.code.into());
            let known = known.is_some_and(|known| fault.subcode.is_none_or(|it| known.contains(&it)));
            assert!(known, "{fault:?}");
            assert!(!fault.rule.rule().code.is_empty(), "{fault:?}");
        }
    }
}
