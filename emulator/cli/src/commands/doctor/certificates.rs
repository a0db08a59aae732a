//! The certificates: whether they are there and right, whose they are, and how long they last.

use emulator_core::Timestamp;
use emulator_server::{Authority, CaState, Rights, Wall, rfc3339};

use super::finding::{Check, Finding};
use crate::certificates::{Lost, ServedCertificates};

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Looks at the certificates of an authority.
pub(super) fn findings(authority: &Authority) -> Vec<Finding> {
    let folder = authority.files().folder().display().to_string();
    match authority.files().state() {
        Err(error) => vec![unusable(&format!("cannot read the certificates: {error}"))],
        Ok(state) => judge(&folder, &state, authority.was_renewed(), Wall::now()),
    }
}

/// Looks at the certificates of a running `serve`: whether the files are still those that it shows, and how they are.
/// False when no client can trust it.
pub(super) fn of_served(served: Option<&ServedCertificates>) -> (bool, Vec<Finding>) {
    let Some(served) = served else {
        return (false, vec![Finding::skipped(Check::CaFolder, "serve has no certificates")]);
    };
    match served.state() {
        Err(lost) => (false, vec![Finding::fail(Check::CaFolder, lost.to_string(), Lost::HELP)]),
        Ok(state) => (true, judge(&served.folder.display().to_string(), &state, served.renewed, Wall::now())),
    }
}

/// That there are none. The text may bring its own help along.
pub(super) fn unusable(error: &str) -> Finding {
    let (text, help) = error.split_once("\nhelp: ").unwrap_or((error, "name another folder with --ca-dir"));
    Finding::fail(Check::CaFolder, text, help)
}

/// What it means that they are like this.
pub(super) fn judge(folder: &str, state: &CaState, renewed: bool, now: Wall) -> Vec<Finding> {
    vec![
        rights_of_folder(folder, state.folder),
        rights_of_key(folder, state.key),
        validity(state, renewed, now),
        bundle(state),
    ]
}

fn rights_of_folder(folder: &str, rights: Rights) -> Finding {
    let check = Check::CaFolder;
    if !rights.is_ours {
        return Finding::fail(
            check,
            format!("{folder} belongs to another user, who may know the key in it"),
            "name a folder of your own with --ca-dir",
        );
    }
    if rights.mode & 0o022 != 0 {
        return Finding::fail(
            check,
            format!("others may write in {folder} ({:o})", rights.mode),
            format!("chmod go-w {folder}"),
        );
    }
    Finding::ok(check, format!("certificates are in {folder}"))
}

fn rights_of_key(folder: &str, rights: Rights) -> Finding {
    let check = Check::CaKey;
    if rights.is_ours && rights.mode & 0o077 == 0 {
        return Finding::ok(check, format!("the key can be read by you alone ({:04o})", rights.mode));
    }
    Finding::fail(
        check,
        format!(
            "others may read the key ({:04o}), and make certificates that your programs trust",
            rights.mode
        ),
        format!("rm -r {folder} (new certificates are made at the next start), and restart bots that run"),
    )
}

fn validity(state: &CaState, renewed: bool, Wall(now): Wall) -> Finding {
    let check = Check::CaValidity;
    let day = |Timestamp(at): Timestamp| rfc3339(Timestamp(at)).chars().take(10).collect::<String>();
    let (from, until) = (day(state.from), day(state.until));
    if now < state.from.0 {
        let help = "is the clock of this machine right? If it is, remove the folder to have new ones made";
        return Finding::fail(check, format!("they are valid only from {from} on"), help);
    }
    if now >= state.until.0 {
        let help = "remove the folder to have new ones made, and restart bots that run";
        return Finding::fail(check, format!("they ended on {until}"), help);
    }
    if renewed {
        return Finding::warn(
            check,
            format!("they were made anew, and are valid until {until}"),
            "restart bots that run: they trust only the certificates from before",
        );
    }
    let days = (state.until.0 - now) / DAY;
    Finding::ok(check, format!("valid until {until}, for {days} days more; made anew 30 days before"))
}

fn bundle(state: &CaState) -> Finding {
    let check = Check::CaBundle;
    if !state.bundle_has_ours || !state.has_truststore {
        let what =
            if state.has_truststore { "bundle.pem lacks our root" } else { "truststore.p12 is not there" };
        return Finding::fail(check, what, "start serve once, which writes these files anew");
    }
    match state.others_in_bundle {
        0 => Finding::warn(
            check,
            "no roots of the system were found to join with ours",
            "install them (Debian: apt install ca-certificates), or bots will trust no other host than ours",
        ),
        count => Finding::ok(check, format!("joined with {count} roots of the system")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict::{self, Fail, Ok, Warn};
    use super::*;

    const NOW: Wall = Wall(1_800_000_000_000);

    fn good() -> CaState {
        let rights = |mode| Rights { is_ours: true, mode };
        CaState {
            folder: rights(0o700),
            key: rights(0o600),
            from: Timestamp(NOW.0 - 5 * DAY),
            until: Timestamp(NOW.0 + 100 * DAY),
            roots: vec!["00".to_owned()],
            others_in_bundle: 140,
            bundle_has_ours: true,
            has_truststore: true,
        }
    }

    fn verdicts(change: impl FnOnce(&mut CaState), renewed: bool) -> Vec<Verdict> {
        let mut state = good();
        change(&mut state);
        judge("/ca", &state, renewed, NOW).iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn each_thing_that_can_be_wrong_with_certificates_is_told() {
        assert_eq!(verdicts(|_| {}, false), [Ok, Ok, Ok, Ok]);
        assert_eq!(verdicts(|_| {}, true), [Ok, Ok, Warn, Ok]);
        assert_eq!(verdicts(|state| state.folder.is_ours = false, false), [Fail, Ok, Ok, Ok]);
        assert_eq!(verdicts(|state| state.folder.mode = 0o777, false), [Fail, Ok, Ok, Ok]);
        assert_eq!(verdicts(|state| state.folder.mode = 0o755, false), [Ok, Ok, Ok, Ok]);
        assert_eq!(verdicts(|state| state.key.mode = 0o640, false), [Ok, Fail, Ok, Ok]);
        assert_eq!(verdicts(|state| state.key.mode = 0o604, false), [Ok, Fail, Ok, Ok]);
        assert_eq!(verdicts(|state| state.until = Timestamp(NOW.0), false), [Ok, Ok, Fail, Ok]);
        assert_eq!(verdicts(|state| state.from = Timestamp(NOW.0 + 1), false), [Ok, Ok, Fail, Ok]);
        assert_eq!(verdicts(|state| state.others_in_bundle = 0, false), [Ok, Ok, Ok, Warn]);
        assert_eq!(verdicts(|state| state.bundle_has_ours = false, false), [Ok, Ok, Ok, Fail]);
        assert_eq!(verdicts(|state| state.has_truststore = false, false), [Ok, Ok, Ok, Fail]);
    }

    #[test]
    fn an_error_brings_its_own_help() {
        let found = unusable("cannot use /x: denied\nhelp: name a folder that can be written with --ca-dir");
        assert_eq!((found.verdict, found.text.as_str()), (Fail, "cannot use /x: denied"));
        assert_eq!(found.help.as_deref(), Some("name a folder that can be written with --ca-dir"));
    }
}
