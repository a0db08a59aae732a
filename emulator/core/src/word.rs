//! Closed lists of words: an enum whose variants have a name in world files, on the wire or in
//! tables.

/// Makes enums whose variants have words: `ALL`, `WORDS`, `name` and `parse`.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[doc = $word_doc:literal])+ $variant:ident = $word:literal,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $name {
                $($(#[doc = $word_doc])+ $variant,)+
            }

            impl $name {
                /// All of them, in the order of the file.
                pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

                /// Their words, in the same order.
                pub const WORDS: &'static [&'static str] = &[$($word,)+];

                /// What each means, in the same order; lines are put together with a blank before each.
                pub const MEANINGS: &'static [&'static str] = &[$(concat!($($word_doc),+),)+];

                /// The word for it.
                pub const fn name(self) -> &'static str {
                    match self {
                        $(Self::$variant => $word,)+
                    }
                }

                /// The one of that word.
                pub fn parse(word: &str) -> Option<Self> {
                    Self::ALL.iter().copied().find(|known| known.name() == word)
                }
            }
        )+
    };
}

pub(crate) use words;
