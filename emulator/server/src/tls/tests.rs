//! What an authority keeps in its folder, and when it makes it anew.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use tempfile::tempdir;

use super::*;
use crate::clock::{Wall, parse_rfc3339};

const DAY: i64 = 24 * 60 * 60 * 1_000;

fn start() -> Wall {
    Wall(parse_rfc3339("2026-11-30T12:00:00Z").unwrap().0)
}

fn certificates(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let text = text.find("-----BEGIN").map_or("", |begin| &text[begin..]);
    text.split_inclusive("-----END CERTIFICATE-----\n").map(str::to_owned).collect()
}

#[test]
fn what_is_made_once_is_read_from_then_on() {
    let folder = tempdir().unwrap();
    let folder = folder.path().join("not/there/yet");
    let made = Authority::open_at(&folder, start()).unwrap();
    let all = || {
        let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap());
        files.map(|file| (file.file_name(), fs::read(file.path()).unwrap())).collect::<BTreeSet<_>>()
    };
    let before = all();
    Authority::open_at(&folder, Wall(start().0 + 100 * DAY)).unwrap();
    assert_eq!(before, all());
    let names: Vec<_> = before.iter().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["bundle.pem", "ca.pem", "issuer.key", "issuer.pem", "lock", "truststore.p12"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&made.files().issuer_key())), (0o700, 0o600));
    assert!(!made.was_renewed() && !made.is_exposed());
    for (path, mode) in [(folder.clone(), 0o777), (made.files().issuer_key(), 0o644)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(made.is_exposed(), "{}", path.display());
        fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o700)).unwrap();
        assert!(!made.is_exposed());
    }
}

#[test]
fn the_only_private_key_is_the_issuers() {
    let folder = tempdir().unwrap();
    Authority::open_at(folder.path(), start()).unwrap();
    let with_keys = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).contains("PRIVATE KEY"));
    let with_keys: Vec<_> = with_keys.map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(with_keys, ["issuer.key"]);
    let key =
        rcgen::KeyPair::from_pem(&fs::read_to_string(folder.path().join("issuer.key")).unwrap()).unwrap();
    let root = pem::parse(fs::read(folder.path().join("ca.pem")).unwrap()).unwrap();
    let (_, root) = x509_parser::parse_x509_certificate(root.contents()).unwrap();
    use rcgen::PublicKeyData as _;
    assert_ne!(root.public_key().raw, key.subject_public_key_info());
}

#[test]
fn thirty_days_before_its_end_an_authority_is_made_anew_and_the_old_root_stays_until_then() {
    let folder = tempdir().unwrap();
    let files = Authority::open_at(folder.path(), start()).unwrap().files().clone();
    let first = certificates(&files.ca());
    let end = start().0 + 3_653 * DAY;
    let kept = Authority::open_at(folder.path(), Wall(end - 32 * DAY)).unwrap();
    assert!(!kept.was_renewed() && certificates(&files.ca()) == first);
    let renewed = Authority::open_at(folder.path(), Wall(end - 29 * DAY)).unwrap();
    assert!(renewed.was_renewed());
    let both = certificates(&files.ca());
    assert!(both.len() == 2 && both[0] != first[0] && both[1] == first[0]);
    let bundle = fs::read_to_string(files.bundle()).unwrap();
    assert!(both.iter().all(|root| bundle.contains(root.as_str())));
    // Those who start later read what was made, and say for a week that it is new.
    assert!(Authority::open_at(folder.path(), Wall(end - 24 * DAY)).unwrap().was_renewed());
    assert!(!Authority::open_at(folder.path(), Wall(end - 20 * DAY)).unwrap().was_renewed());
    assert_eq!(certificates(&files.ca()), both);
    Authority::open_at(folder.path(), Wall(end + DAY)).unwrap();
    assert_eq!(certificates(&files.ca()), both[..1]);
}

#[test]
fn what_is_missing_or_does_not_belong_together_is_made_anew() {
    for missing in ["issuer.key", "issuer.pem", "ca.pem", "bundle.pem", "truststore.p12"] {
        let folder = tempdir().unwrap();
        Authority::open_at(folder.path(), start()).unwrap();
        fs::remove_file(folder.path().join(missing)).unwrap();
        Authority::open_at(folder.path(), start()).unwrap();
        assert!(folder.path().join(missing).exists(), "{missing}");
    }
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    for folder in [&one, &other] {
        Authority::open_at(folder.path(), start()).unwrap();
    }
    for name in ["bundle.pem", "truststore.p12"] {
        let (ours, theirs) = (one.path().join(name), other.path().join(name));
        fs::copy(&theirs, &ours).unwrap();
        Authority::open_at(one.path(), start()).unwrap();
        assert_ne!(fs::read(ours).unwrap(), fs::read(theirs).unwrap(), "{name} of another root");
    }
    let root = certificates(&one.path().join("ca.pem")).remove(0);
    fs::copy(other.path().join("issuer.key"), one.path().join("issuer.key")).unwrap();
    Authority::open_at(one.path(), start()).unwrap();
    let roots = certificates(&one.path().join("ca.pem"));
    assert!(roots.len() == 2 && roots[1] == root, "bots that trust the old root are told to restart");
}

#[test]
fn a_file_that_holds_something_else_is_an_error_that_names_it() {
    for (name, expected) in
        [("ca.pem", "certificate"), ("issuer.pem", "certificate"), ("issuer.key", "private key")]
    {
        let folder = tempdir().unwrap();
        Authority::open_at(folder.path(), start()).unwrap();
        fs::write(folder.path().join(name), "notes").unwrap();
        let error = Authority::open_at(folder.path(), start()).unwrap_err().to_string();
        let path = folder.path().join(name);
        assert_eq!(
            error,
            format!(
                "{} holds no {expected}\nhelp: remove the folder {} to have new certificates made, and restart bots that run",
                path.display(),
                folder.path().display()
            )
        );
        assert_eq!(fs::read_to_string(path).unwrap(), "notes");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_that_names_it() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = Authority::open_at(&folder.path().join("file/ca"), start()).unwrap_err().to_string();
    assert!(
        error.contains("file/ca") && error.ends_with("help: name a folder that can be written with --ca-dir"),
        "{error}"
    );
}

#[test]
fn those_who_start_at_once_in_an_empty_folder_agree() {
    let folder = tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| Authority::open_at(folder.path(), start()).unwrap());
        }
    });
    assert_eq!(certificates(&folder.path().join("ca.pem")).len(), 1);
    let names = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(names.map(|name| name.into_string().unwrap()).all(|name| !name.ends_with(".new")));
}

#[test]
fn the_trust_store_holds_what_the_bundle_holds() {
    let folder = tempdir().unwrap();
    let files = Authority::open_at(folder.path(), start()).unwrap().files().clone();
    let store = fs::read(files.truststore()).unwrap();
    let store = KeyStore::from_pkcs12(&store, TRUSTSTORE_PASSWORD, Pkcs12ImportPolicy::Relaxed).unwrap();
    assert_eq!(store.entries_len(), certificates(&files.bundle()).len());
}

#[test]
fn among_temporary_files_only_a_folder_of_ones_own_is_used() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("mine");
    Authority::open_private(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
    let error = Authority::open_private(&path).unwrap_err().to_string();
    assert!(error.contains("others can write in it") && error.contains("--ca-dir"), "{error}");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(Authority::open_private(&link).is_err());
}
