use std::path::Path;

use emulator_core::{AppMode, Permission, Profile, Release, Switch, Timestamp};

use super::start::split;
use super::*;
use crate::scenario::{Document, load};

fn cast_of(world: &str) -> Result<Cast, Vec<String>> {
    let (documents, problems) =
        load(Path::new("world.yaml"), world.to_owned(), &|_| Err(std::io::ErrorKind::NotFound.into()));
    assert!(problems.is_empty(), "{problems:?}");
    let Some(Document::World(world)) = documents.into_iter().next() else { panic!("no world") };
    let surroundings = Surroundings { url: "http://127.0.0.1:1".to_owned(), bin: PathBuf::from("bin") };
    let cast = cast(&world, &surroundings, &mut |_| 1);
    cast.map_err(|problems| problems.into_iter().map(|problem| problem.message).collect())
}

fn check(world: &str) -> Result<Vec<u64>, Vec<String>> {
    cast_of(world).map(|cast| cast.apps.iter().map(|app| app.id.0).collect())
}

#[test]
fn people_and_apps_are_as_the_world_says_and_have_the_rest_by_default() {
    let world = "page: {options: {release: primary, exclusive: false, rules_as_of: 2026-03-01}}\n\
                 apps: {a: {permissions: [pages_messaging], mode: development, require_proof: true}, b: {}}\n\
                 people: {ana: {last_name: Lee, timezone: -7, tester_of: [a]}, bo: {first_name: Bodo}}";
    let cast = cast_of(world).unwrap();
    let page = &cast.settings.pages[&cast.page];
    assert_eq!((page.options.release, page.options.exclusive), (Release::Primary, Switch::Off));
    assert_eq!(page.options.rules_as_of, Timestamp(1_772_323_200_000));
    let [a, b] = [cast.apps[0].id, cast.apps[1].id];
    assert_eq!(page.apps[&a].permissions, [Permission::PagesMessaging].into());
    assert_eq!(page.apps[&b].permissions.len(), Permission::ALL.len());
    let app = |id| (cast.settings.apps[id].mode, cast.settings.apps[id].requires_proof);
    assert_eq!([app(&a), app(&b)], [(AppMode::Development, true), (AppMode::Live, false)]);
    let [ana, bo] = [&cast.people[0], &cast.people[1]];
    let named = |person: &Member| {
        let Profile { first_name, last_name, locale, timezone, gender, .. } = &person.profile;
        format!("{first_name:?} {last_name:?} {locale:?} {timezone:?} {gender:?}")
    };
    assert_eq!(named(ana), r#"Some("Ana") Some("Lee") Some("en_US") Some(-7) None"#);
    assert_eq!(named(bo), r#"Some("Bodo") Some("Emulated") Some("en_US") Some(0) None"#);
    assert_eq!((&ana.tests, bo.tests.len()), (&[a].into(), 0));
}

#[test]
fn default_ids_make_way_for_given_ones() {
    let ids = check("apps: {a: {}, b: {id: 200000000000001}, c: {}}").unwrap();
    assert_eq!(ids, [200_000_000_000_002, 200_000_000_000_001, 200_000_000_000_003]);
}

#[test]
fn apps_that_could_be_taken_for_each_other_are_refused() {
    let cases = [
        (
            "apps: {a: {id: 263902037430900}}",
            "the id 263902037430900 belongs to an inbox or app of the platform itself",
        ),
        (
            "apps: {a: {page_token: x}, b: {page_token: x}}",
            "`b` has the same Page token as `a`, so nobody could tell their calls apart",
        ),
        ("apps: {a: {page_token: ''}}", "the Page token of `a` is empty"),
    ];
    for (world, expected) in cases {
        assert_eq!(check(world).unwrap_err(), [expected], "{world}");
    }
}

#[test]
fn a_command_is_split_as_a_shell_would() {
    let cases = [
        ("node bot.js", vec!["node", "bot.js"]),
        ("  a   b ", vec!["a", "b"]),
        ("a 'b c' \"d e\"f ''", vec!["a", "b c", "d ef", ""]),
        (
            "${emulator.bin | replace('x', 'y')} demo-bot",
            vec!["${emulator.bin | replace('x', 'y')}", "demo-bot"],
        ),
    ];
    for (command, words) in cases {
        assert_eq!(split(command).unwrap(), words);
    }
    assert!(split("a 'b").is_err());
}
