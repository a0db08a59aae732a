//! Ours beside what a variable holds already.
//!
//! **Invariant:** nothing of theirs is lost, and what is there already is not added once more, so that joining twice
//! gives the same.

use std::collections::BTreeSet;
use std::fs;
use std::hash::Hasher as _;
use std::path::Path;

use emulator_server::publish;

use super::RedirectError;

/// What becomes of the value that a variable has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// Ours takes its place.
    Replace,
    /// Ours follows it, with commas between names.
    Commas,
    /// Ours follows it, with a blank between words.
    Words,
    /// Ours comes before it, with colons between folders.
    Folders,
    /// It names a file of certificates: another file gets those in it and ours.
    Certificates,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Joined {
    /// The value.
    pub value: String,
    /// What could not be kept, in words.
    pub remark: Option<String>,
}

impl Join {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Replace, Self::Commas, Self::Words, Self::Folders, Self::Certificates];

    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Commas => "commas",
            Self::Words => "words",
            Self::Folders => "folders",
            Self::Certificates => "certificates",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|join| join.name() == name)
    }

    /// The value that a variable has already and that ours is joined with. Names of hosts are looked for in both
    /// spellings: a client that reads one of them first would miss what only the other one has.
    pub fn inherited(self, name: &str, of: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let own = of(name).filter(|value| !value.is_empty());
        match self {
            Self::Replace => None,
            Self::Commas => own.or_else(|| {
                let upper = name.to_ascii_uppercase();
                let other = if upper == name { name.to_ascii_lowercase() } else { upper };
                of(&other).filter(|value| !value.is_empty())
            }),
            Self::Words | Self::Folders | Self::Certificates => own,
        }
    }

    /// Joins ours with theirs.
    ///
    /// # Errors
    ///
    /// When a file has to be written, and cannot be.
    pub fn with(self, name: &str, ours: &str, theirs: &str) -> Result<Joined, RedirectError> {
        let value = match self {
            Self::Replace => ours.to_owned(),
            Self::Commas => {
                let there: Vec<&str> = theirs.split(',').map(str::trim).collect();
                let missing = ours.split(',').filter(|name| !there.contains(name));
                let kept = theirs.trim_end_matches([',', ' ']);
                missing.fold(kept.to_owned(), |all, name| format!("{all},{name}"))
            }
            Self::Words if theirs.contains(ours) => theirs.to_owned(),
            Self::Words => format!("{theirs} {ours}"),
            Self::Folders if theirs.split(':').next() == Some(ours) => theirs.to_owned(),
            Self::Folders => {
                let others = theirs.split(':').filter(|folder| *folder != ours);
                others.fold(ours.to_owned(), |all, folder| format!("{all}:{folder}"))
            }
            Self::Certificates => return certificates(name, Path::new(ours), theirs),
        };
        Ok(Joined { value, remark: None })
    }
}

/// A file with the certificates of both; ours alone when theirs cannot be read.
fn certificates(name: &str, ours: &Path, theirs: &str) -> Result<Joined, RedirectError> {
    let value = |path: &Path| path.to_string_lossy().into_owned();
    if Path::new(theirs) == ours {
        return Ok(Joined { value: theirs.to_owned(), remark: None });
    }
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| RedirectError::Io { path, source }
    };
    let mine = fs::read_to_string(ours).map_err(io(ours))?;
    let text = match fs::read(theirs) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            let remark = format!(
                "{name} names {theirs}, which cannot be read ({error}); bots get our certificates without it"
            );
            return Ok(Joined { value: value(ours), remark: Some(remark) });
        }
    };
    let known: BTreeSet<&str> = blocks(&text).collect();
    let missing: Vec<&str> = blocks(&mine).filter(|block| !known.contains(block)).collect();
    if missing.is_empty() {
        return Ok(Joined { value: theirs.to_owned(), remark: None });
    }
    let mut joined = text.trim_end().to_owned();
    for block in missing {
        joined.push('\n');
        joined.push_str(block);
    }
    joined.push('\n');
    let path = ours.with_file_name(format!("joined-{}.pem", digest(&joined)));
    publish(&path, joined.as_bytes()).map_err(io(&path))?;
    Ok(Joined { value: value(&path), remark: None })
}

/// The certificates in a text, as they are written.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    text.match_indices(BEGIN).filter_map(|(begin, _)| {
        let length = text[begin..].find(END)? + END.len();
        Some(&text[begin..begin + length])
    })
}

/// A short name for a content. Files of the same name hold the same.
fn digest(text: &str) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(text.as_bytes());
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(join: Join, ours: &str, theirs: &str) -> String {
        let joined = join.with("NAME", ours, theirs).unwrap();
        assert_eq!(joined.remark, None);
        let again = join.with("NAME", ours, &joined.value).unwrap();
        assert_eq!(again, joined, "joining once more changes nothing");
        joined.value
    }

    #[test]
    fn what_is_there_stays_and_ours_is_added_once() {
        for (join, ours, theirs, expected) in [
            (Join::Replace, "http://127.0.0.1:7380", "http://proxy:3128", "http://127.0.0.1:7380"),
            (Join::Commas, "localhost,::1", "corp.example, localhost,", "corp.example, localhost,::1"),
            (Join::Words, "--require \"/a b\"", "--trace-warnings", "--trace-warnings --require \"/a b\""),
            (Join::Folders, "/ours", "/lib:/ours:", "/ours:/lib:"),
            (Join::Folders, "/ours", ".", "/ours:."),
        ] {
            assert_eq!(joined(join, ours, theirs), expected, "{join:?}");
        }
    }

    #[test]
    fn hosts_without_a_proxy_are_looked_for_in_both_spellings() {
        let only_upper = |name: &str| (name == "NO_PROXY").then(|| "corp.example".to_owned());
        assert_eq!(Join::Commas.inherited("no_proxy", &only_upper).as_deref(), Some("corp.example"));
        assert_eq!(Join::Commas.inherited("NO_PROXY", &only_upper).as_deref(), Some("corp.example"));
        assert_eq!(Join::Replace.inherited("NO_PROXY", &only_upper), None);
        assert_eq!(Join::Words.inherited("no_proxy", &only_upper), None);
    }

    #[test]
    fn files_of_certificates_are_joined_and_a_missing_one_is_told() {
        let certificate =
            |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (ours, theirs) = (path("ca.pem"), path("theirs.pem"));
        fs::write(&ours, certificate("ours")).unwrap();
        fs::write(&theirs, format!("# corp\n{}", certificate("theirs"))).unwrap();
        let file = joined(Join::Certificates, &ours, &theirs);
        let both = format!("# corp\n{}{}", certificate("theirs"), certificate("ours"));
        assert_eq!(fs::read_to_string(&file).unwrap(), both);
        assert_eq!(joined(Join::Certificates, &ours, &ours), ours);
        let missing = Join::Certificates.with("SSL_CERT_FILE", &ours, &path("missing.pem")).unwrap();
        assert_eq!(missing.value, ours);
        assert!(missing.remark.unwrap().starts_with("SSL_CERT_FILE names "));
    }
}
