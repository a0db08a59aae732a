//! The table: what each SDK can do, in the words of its scenarios and of the documents.

/// An SDK, and what its bot shows of it.
pub(crate) struct Sdk {
    /// The name of its package, and of the folder of its bot.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) language: Language,
    pub(crate) buttons: Buttons,
    pub(crate) hand_over: HandOver,
    pub(crate) error: Told,
    pub(crate) standby: Standby,
    pub(crate) way: Way,
    /// Whether its host can be set instead.
    pub(crate) base_url: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Node,
    Python,
}

/// How a template with buttons is sent.
#[derive(Clone, Copy)]
pub(crate) enum Buttons {
    /// By a call of the SDK.
    Call,
    /// As a message in JSON; the SDK has no words for it.
    Json,
}

/// How control is passed.
#[derive(Clone, Copy)]
pub(crate) enum HandOver {
    /// By a call of the SDK.
    Call,
    /// By what the SDK has for any edge.
    Generic,
    /// With the HTTP library below the SDK.
    Beside,
}

/// What the author of a bot sees of an error of Graph.
#[derive(Clone, Copy)]
pub(crate) enum Told {
    CodeAndSubcode,
    Code,
    Nothing,
}

/// What comes of a delivery with nothing but `standby` in it.
#[derive(Clone, Copy)]
pub(crate) enum Standby {
    /// The bot hears it.
    Heard,
    /// The process ends.
    Dies,
    /// The webhook answers 500.
    Refused,
}

/// How calls to graph.facebook.com get to the emulator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// The proxy is asked for a tunnel, and TLS is spoken in it.
    Connect,
    /// The proxy gets the call in the clear, with the whole https address.
    Absolute,
    /// No proxy is used: connections are redirected within the process.
    Preload,
}

pub(crate) const SDKS: &[Sdk] = &[
    Sdk {
        name: "bottender",
        version: "1.5.5",
        language: Language::Node,
        buttons: Buttons::Call,
        hand_over: HandOver::Call,
        error: Told::CodeAndSubcode,
        standby: Standby::Heard,
        way: Way::Absolute,
        base_url: true,
    },
    Sdk {
        name: "messaging-api-messenger",
        version: "1.1.0",
        language: Language::Node,
        buttons: Buttons::Call,
        hand_over: HandOver::Call,
        error: Told::CodeAndSubcode,
        standby: Standby::Heard,
        way: Way::Absolute,
        base_url: true,
    },
    Sdk {
        name: "facebook-nodejs-business-sdk",
        version: "24.0.1",
        language: Language::Node,
        buttons: Buttons::Json,
        hand_over: HandOver::Call,
        error: Told::CodeAndSubcode,
        standby: Standby::Heard,
        way: Way::Connect,
        base_url: false,
    },
    Sdk {
        name: "messenger-bot",
        version: "2.5.0",
        language: Language::Node,
        buttons: Buttons::Json,
        hand_over: HandOver::Beside,
        error: Told::CodeAndSubcode,
        standby: Standby::Dies,
        way: Way::Connect,
        base_url: true,
    },
    Sdk {
        name: "fb-messenger",
        version: "2.3.1",
        language: Language::Node,
        buttons: Buttons::Call,
        hand_over: HandOver::Beside,
        error: Told::CodeAndSubcode,
        standby: Standby::Heard,
        way: Way::Preload,
        base_url: false,
    },
    Sdk {
        name: "pymessenger",
        version: "0.0.7.0",
        language: Language::Python,
        buttons: Buttons::Call,
        hand_over: HandOver::Beside,
        error: Told::CodeAndSubcode,
        standby: Standby::Heard,
        way: Way::Connect,
        base_url: false,
    },
    Sdk {
        name: "facebook-sdk",
        version: "3.1.0",
        language: Language::Python,
        buttons: Buttons::Json,
        hand_over: HandOver::Generic,
        error: Told::Code,
        standby: Standby::Heard,
        way: Way::Connect,
        base_url: false,
    },
    Sdk {
        name: "facebook_business",
        version: "26.0.3",
        language: Language::Python,
        buttons: Buttons::Json,
        hand_over: HandOver::Call,
        error: Told::CodeAndSubcode,
        standby: Standby::Heard,
        way: Way::Connect,
        base_url: false,
    },
    Sdk {
        name: "python-facebook-api",
        version: "0.24.0",
        language: Language::Python,
        buttons: Buttons::Json,
        hand_over: HandOver::Generic,
        error: Told::CodeAndSubcode,
        standby: Standby::Heard,
        way: Way::Connect,
        base_url: true,
    },
    Sdk {
        name: "aioface",
        version: "0.0.2",
        language: Language::Python,
        buttons: Buttons::Call,
        hand_over: HandOver::Beside,
        error: Told::Nothing,
        standby: Standby::Refused,
        way: Way::Preload,
        base_url: false,
    },
];

/// The scenario that every bot has.
pub(crate) const ECHO: &str = "It repeats what it hears";

impl Sdk {
    /// The scenarios that its folder must have: one for each cell, named after what stands in it.
    pub(crate) fn scenarios(&self) -> Vec<String> {
        let mut names = vec![
            ECHO.to_owned(),
            "Quick replies".to_owned(),
            "What the emulator lacks".to_owned(),
            format!("Buttons {}", self.buttons.words()),
            format!("Hand-over {}", self.hand_over.metadata()),
            format!("Errors: {}", self.error.numbers()),
            format!("Standby {}", self.standby.words()),
        ];
        if self.base_url {
            names.push("A base URL".to_owned());
        }
        names
    }
}

impl Buttons {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Call => "by a call",
            Self::Json => "as JSON",
        }
    }
}

impl HandOver {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Call => "by a call",
            Self::Generic => "by a generic request",
            Self::Beside => "beside the SDK",
        }
    }

    /// What the bot gives along with control.
    fn metadata(self) -> String {
        match self {
            Self::Call | Self::Generic => format!("{} of the SDK", self.words()),
            Self::Beside => self.words().to_owned(),
        }
    }
}

impl Told {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::CodeAndSubcode => "code and subcode",
            Self::Code => "code",
            Self::Nothing => "nothing",
        }
    }

    /// What the bot says that it was told.
    fn numbers(self) -> &'static str {
        match self {
            Self::CodeAndSubcode => "code 10, subcode 2018300",
            Self::Code => "code 10",
            Self::Nothing => "nothing",
        }
    }
}

impl Standby {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Heard => "heard",
            Self::Dies => "dies",
            Self::Refused => "refused",
        }
    }
}

impl Way {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Connect => "proxy, CONNECT",
            Self::Absolute => "proxy, absolute form",
            Self::Preload => "preload",
        }
    }
}
