//! How certificates are built: a root, the issuer that it signs, and the leaves that the issuer signs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
    SanType, date_time_ymd,
};

use crate::clock::Wall;
use crate::entrance::SERVED_HOSTS;

/// What this machine is called, beside its addresses.
const LOCALHOST: &str = "localhost";
/// Its addresses.
const ADDRESSES: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// A day in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1_000;
/// How long root and issuer live, in days.
const AUTHORITY_DAYS: i64 = 3_653;
/// How long a leaf lives, in days: less than the 398 that some clients accept at most.
const LEAF_DAYS: i64 = 390;

/// Whom a leaf is for. Names and addresses are never in one leaf: Bun refuses one that holds both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// One name.
    Name(&'static str),
    /// All addresses of this machine.
    Addresses,
}

impl Holder {
    /// Everybody who gets a leaf.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        SERVED_HOSTS.into_iter().chain([LOCALHOST]).map(Self::Name).chain([Self::Addresses])
    }
}

/// A new root with the issuer that it has signed. The key of the root is gone already.
pub(super) struct Made {
    pub(super) root: Certificate,
    pub(super) issuer: Certificate,
    pub(super) issuer_key: KeyPair,
}

/// Makes a root and an issuer that are valid from the day before `now` on.
pub(super) fn authority(now: Wall) -> Result<Made, rcgen::Error> {
    let (root_key, issuer_key) = (KeyPair::generate()?, KeyPair::generate()?);
    // Some clients look a signer up by its name, so each has a name of its own.
    let number = short(&root_key);
    let mut params = for_time(now, AUTHORITY_DAYS, &format!("Messenger emulator root {number}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root = params.self_signed(&root_key)?;
    let root_signs = Issuer::new(params, root_key);

    let mut params = for_time(now, AUTHORITY_DAYS, &format!("Messenger emulator issuer {number}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: permitted(), excluded_subtrees: Vec::new() });
    let issuer = params.signed_by(&issuer_key, &root_signs)?;
    Ok(Made { root, issuer, issuer_key })
}

/// What the issuer may sign for. A constraint on names says nothing about addresses, so both are there.
fn permitted() -> Vec<GeneralSubtree> {
    let names = SERVED_HOSTS.into_iter().chain([LOCALHOST]);
    let names = names.map(|name| GeneralSubtree::DnsName(name.to_owned()));
    let whole = |address: &IpAddr| if address.is_ipv4() { 32 } else { 128 };
    let addresses = ADDRESSES
        .iter()
        .map(|address| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, whole(address))));
    names.chain(addresses).collect()
}

/// Makes a leaf with a key of its own.
pub(super) fn leaf(
    holder: Holder,
    now: Wall,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<(Certificate, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    // OpenSSL takes a common name that looks like a host for one, and this one of the addresses does not.
    let called = match holder {
        Holder::Name(name) => name,
        Holder::Addresses => "Messenger emulator (this machine)",
    };
    let mut params = for_time(now, LEAF_DAYS, called);
    params.subject_alt_names = match holder {
        Holder::Name(name) => vec![SanType::DnsName(name.try_into()?)],
        Holder::Addresses => ADDRESSES.into_iter().map(SanType::IpAddress).collect(),
    };
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, issuer)?;
    Ok((certificate, key))
}

/// What all certificates have: a name, and days from yesterday on, since clocks differ.
fn for_time(now: Wall, days: i64, common_name: &str) -> CertificateParams {
    let midnight = |at: i64| {
        let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
        let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    let mut params = CertificateParams::default();
    params.not_before = midnight(now.0 - DAY);
    params.not_after = midnight(now.0 + days * DAY);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

/// The beginning of a key, as it is written in names.
fn short(key: &KeyPair) -> String {
    use rcgen::PublicKeyData as _;
    let tail = key.der_bytes().iter().rev().take(4);
    tail.map(|byte| format!("{byte:02x}")).collect()
}
