//! A journal as far as a scenario can be made of it: its header, and its entries.

use std::collections::BTreeSet;

use emulator_core::{Hidden, PageId, Psid};
use emulator_server::journal::{Entry, Header, Names, ReadLine, Reader};

use super::RecordError;
use super::attempts::impossible;
use crate::cast::Cast;
use crate::coverage::Touched;
use crate::secrets::secrets_of;

/// What a journal tells.
#[derive(Debug, Clone)]
pub struct Journal {
    pub(crate) heading: Heading,
    reader: Reader,
    pub(crate) entries: Vec<Entry>,
    /// What is odd about the file and does not keep it from being used.
    pub(crate) oddities: Vec<String>,
    /// What must not be written down: the usual secrets of its world, unless its own are known.
    pub(crate) secrets: Hidden,
}

/// The first line of a journal, and who is called what in it.
#[derive(Debug, Clone)]
pub(crate) struct Heading {
    pub(crate) header: Header,
    pub(crate) names: Names,
}

impl Heading {
    /// The names of the people.
    pub(crate) fn people(&self) -> BTreeSet<&str> {
        self.header.people.keys().map(String::as_str).collect()
    }

    /// What a person is called in steps.
    pub(crate) fn person(&self, person: Psid) -> String {
        self.names.person_name(person).into_owned()
    }

    /// The Page of a person, where there are several.
    pub(crate) fn page_of(&self, person: Psid) -> Option<&str> {
        self.names.page(self.names.page_of(person)?)
    }

    /// What a Page is called, where there are several.
    pub(crate) fn page(&self, page: PageId) -> Option<&str> {
        self.names.page(page)
    }

    /// The secrets that apps have unless the world says otherwise. Those that it says stand in no journal.
    fn usual_secrets(&self) -> Hidden {
        let mut usual = Vec::new();
        for page in &self.header.world.pages {
            let other = page.called.as_deref().filter(|called| self.first_page() != Some(called));
            for app in page.apps.keys() {
                let mut is = |value: &str, member: &str| {
                    usual.push((format!("{app}-{value}"), format!("{app}.{member}")));
                };
                match other {
                    Some(page) => is(&format!("{page}-page-token"), &format!("{page}.page_token")),
                    None => is("page-token", "page_token"),
                }
                is("app-secret", "secret");
                is("verify-token", "verify_token");
            }
        }
        Hidden::known(usual)
    }

    /// The Page that is meant where none is named, if it has a name.
    pub(crate) fn first_page(&self) -> Option<&str> {
        // The header lists them by their ids, and the file in the order that counts.
        let written = self.header.about["world"]["written"]["pages"].as_object();
        let written = written.and_then(|pages| pages.keys().next()).map(String::as_str);
        written.or_else(|| self.header.world.pages.first()?.called.as_deref())
    }
}

impl Journal {
    /// Reads a journal file. A last line that is not whole is left out.
    ///
    /// # Errors
    ///
    /// When it is not a journal of this format, or a line in it is broken.
    pub fn read(text: &str) -> Result<Self, RecordError> {
        let mut lines = text.split_inclusive('\n');
        let mut journal = Self::begin(lines.next().unwrap_or_default())?;
        let mut others = 0_u32;
        let mut places = Vec::new();
        for (number, line) in (2..).zip(lines) {
            match journal.reader.entry(line) {
                Ok(Some(ReadLine { entry, .. })) => {
                    journal.entries.push(entry);
                    places.push(number);
                }
                Ok(None) => others += 1,
                Err(_) if !line.ends_with('\n') => {
                    journal.oddities.push(format!("line {number} is not whole, and was left out"));
                }
                Err(why) => return Err(RecordError::Line { number, why }),
            }
        }
        journal.oddities.extend(impossible(&journal.entries, &places));
        if others > 0 {
            let lane = &journal.heading.header.lane;
            journal.oddities.push(format!("{others} entries of another lane than `{lane}` were left out"));
        }
        Ok(journal)
    }

    /// A journal of which only the header is known so far.
    ///
    /// # Errors
    ///
    /// When that is not a header of this format.
    pub fn begin(header: &str) -> Result<Self, RecordError> {
        let (header, names, reader) = Reader::begin(header)?;
        let heading = Heading { header, names };
        let secrets = heading.usual_secrets();
        let oddities = rules_apart(&heading.header).into_iter().collect();
        Ok(Self { heading, reader, entries: Vec::new(), oddities, secrets })
    }

    /// The same journal, for which the secrets of its world are known.
    #[must_use]
    pub fn of(self, cast: &Cast) -> Self {
        Self { secrets: secrets_of(cast), ..self }
    }

    /// True for a text in which a secret of its world stands, as far as they are known.
    pub fn has_secret(&self, text: &str) -> bool {
        self.secrets.stand_in(text)
    }

    /// What it shows to have been touched.
    pub fn touched(&self) -> Touched {
        Touched::by(&self.heading.header, &self.entries)
    }

    /// What is odd about the file and does not keep it from being used.
    pub fn oddities(&self) -> &[String] {
        &self.oddities
    }

    /// Adds an entry that has come meanwhile.
    pub fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}

/// What is to be said of a journal that came about by another version of the rules.
pub fn rules_apart(header: &Header) -> Option<String> {
    let (theirs, ours) = (header.rules, emulator_core::RULES_VERSION);
    (theirs != ours).then(|| {
        format!(
            "it came about by version {theirs} of the rules, and this emulator has version {ours}; `rules diff --since \
             {theirs}` says what changed"
        )
    })
}
