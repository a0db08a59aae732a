//! The names that an expression knows, and their members: one table for the checks before a run and for its values.

macro_rules! members {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal, $meaning:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = $meaning] $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are told.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in an expression.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What it stands for, as a fragment.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)+
                }
            }

            /// What has that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.name() == name)
            }
        }
    };
}

members! {
    /// The names that there are in every scenario, beside its apps, people and captures.
    Root {
        Page = "page", "the Page, the first one of several";
        Now = "now", "the virtual time, as RFC 3339";
        Vars = "vars", "the variables of the scenario and its case";
        Env = "env", "the environment of the runner";
        Emulator = "emulator", "the emulator";
        Inbox = "inbox", "the Page Inbox";
    }
}

members! {
    /// What there is to say of an app.
    AppMember {
        Id = "id", "its id";
        Name = "name", "its name in the world";
        Secret = "secret", "its secret";
        VerifyToken = "verify_token", "the token of the verification handshake";
        PageToken = "page_token", "its Page token, that for the first Page of several";
    }
}

members! {
    /// What there is to say of a person.
    PersonMember {
        Id = "id", "the page-scoped id, that on the first Page of several";
        Name = "name", "the name in the world";
    }
}

impl AppMember {
    /// What there is to say of an app on a Page, behind the name of that Page: `${shopbot.store.page_token}`.
    pub const OF_PAGE: &'static [Self] = &[Self::PageToken];
}

impl PersonMember {
    /// What there is to say of a person on a Page, behind the name of that Page: `${ana.store.id}`.
    pub const OF_PAGE: &'static [Self] = &[Self::Id];
}

members! {
    /// What there is to say of a Page, and of the Page Inbox.
    PageMember {
        Id = "id", "its id";
        Name = "name", "its name";
    }
}

members! {
    /// What there is to say of the emulator.
    EmulatorMember {
        Url = "url", "the base URL, without a slash at the end";
        Tls = "tls", "where it speaks TLS for clients that are brought here by name, as host and port";
        Bin = "bin", "the path of the program";
        Protocol = "protocol", "the protocol that the Page follows";
    }
}
