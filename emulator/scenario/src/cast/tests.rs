//! What a cast makes of worlds: ids, settings, what does not fit together.

use std::path::Path;

use emulator_core::{AppMode, Permission, Profile, Release, Switch, Timestamp};

use super::start::split;
use super::*;
use crate::scenario::{Document, load};

/// Where worlds are played here.
fn surroundings(redirect: Option<Arc<Redirect>>) -> Surroundings {
    Surroundings {
        url: "http://127.0.0.1:1".to_owned(),
        tls: "127.0.0.1:1".to_owned(),
        bin: PathBuf::from("bin"),
        redirect,
    }
}

fn cast_of(world: &str) -> Result<Cast, Vec<String>> {
    cast_with(world, None)
}

fn cast_with(world: &str, redirect: Option<Arc<Redirect>>) -> Result<Cast, Vec<String>> {
    let (documents, problems) =
        load(Path::new("world.yaml"), world.to_owned(), &|_| Err(std::io::ErrorKind::NotFound.into()));
    assert!(problems.is_empty(), "{problems:?}");
    let Some(Document::World(world)) = documents.into_iter().next() else { panic!("no world") };
    let surroundings = surroundings(redirect);
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
    let options = page.messenger.options();
    assert_eq!((options.release, options.exclusive), (Release::Primary, Switch::Off));
    assert_eq!(options.rules_as_of, Timestamp(1_772_323_200_000));
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
fn a_page_is_for_news_where_the_world_says_so() {
    let cast = cast_of("pages: {paper: {news: on}, shop: {news: off}, stand: {}}").unwrap();
    let news: Vec<bool> = cast.pages.iter().map(|page| cast.settings.pages[&page.id].news).collect();
    assert_eq!(news, [true, false, false]);
}

#[test]
fn default_ids_make_way_for_given_ones() {
    let ids = check("apps: {a: {}, b: {id: 200000000000001}, c: {}}").unwrap();
    assert_eq!(ids, [200_000_000_000_002, 200_000_000_000_001, 200_000_000_000_003]);
    let pages = cast_of("pages: {a: {}, b: {id: 100000000000001}, c: {}}").unwrap().pages;
    let ids: Vec<u64> = pages.iter().map(|page| page.id.0).collect();
    assert_eq!(ids, [100_000_000_000_002, 100_000_000_000_001, 100_000_000_000_003]);
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
        (
            "pages: {shop: {}, store: {}}\napps: {a: {page_token: {shop: x, store: x}}}",
            "`a` has the same Page token twice, so nobody could tell what Page is meant",
        ),
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

const TWO_PAGES: &str = "pages: {shop: {name: Orchid Coffee, primary_receiver: a}, store: {options: {release: primary}}}\n\
                         apps: {a: {start: bot, features: [human_agent]}, b: {}}\n\
                         people: {ana: {id: {store: 42}}, bo: {id: 43}, cy: {}}";

#[test]
fn every_app_and_every_person_is_on_every_page() {
    let cast = cast_of(TWO_PAGES).unwrap();
    let [shop, store] = [PageId(100_000_000_000_001), PageId(100_000_000_000_002)];
    let pages: Vec<_> = cast.pages.iter().map(|page| (page.id, page.name.as_deref().unwrap())).collect();
    assert_eq!((cast.page, pages), (shop, vec![(shop, "shop"), (store, "store")]));
    assert_eq!([cast.page_named("store"), cast.page_named("page")], [Some(store), None]);
    let [of_shop, of_store] = [&cast.settings.pages[&shop], &cast.settings.pages[&store]];
    assert_eq!((&*of_shop.name, &*of_store.name), ("Orchid Coffee", "store"));
    assert_eq!(
        (of_shop.messenger.primary_receiver, of_store.messenger.primary_receiver),
        (Some(cast.apps[0].id), None)
    );
    assert_eq!(
        (of_shop.messenger.options().release, of_store.messenger.options().release),
        (Release::Idle, Release::Primary)
    );
    assert_eq!(of_shop.apps, of_store.apps);
    let people: Vec<_> = cast
        .people
        .iter()
        .map(|person| (person.name.as_str(), person.page, person.id.map(|psid| psid.0)))
        .collect();
    let expected = [
        ("ana", shop, None),
        ("ana", store, Some(42)),
        ("bo", shop, Some(43)),
        ("bo", store, None),
        ("cy", shop, None),
        ("cy", store, None),
    ];
    assert_eq!(people, expected);
    assert_eq!(cast.names_of_people().collect::<Vec<_>>(), ["ana", "bo", "cy"]);
}

#[test]
fn an_app_has_a_token_for_each_page_and_a_bot_is_told_them_all() {
    let tokens = |world: &str| {
        let cast = cast_of(world).unwrap();
        let of_app = |app: &Identity| app.page_tokens.iter().map(|(_, token)| token.clone()).collect();
        cast.apps.iter().flat_map(|app| -> Vec<String> { of_app(app) }).collect::<Vec<_>>()
    };
    assert_eq!(
        tokens(TWO_PAGES),
        ["a-page-token", "a-store-page-token", "b-page-token", "b-store-page-token"]
    );
    let given = "pages: {shop: {}, store: {}}\n\
                 apps: {a: {page_token: x}, b: {page_token: {store: y}}, c: {page_token: {shop: z, store: w}}}";
    assert_eq!(tokens(given), ["x", "a-store-page-token", "b-page-token", "y", "z", "w"]);
    let one = "pages: {shop: {}}\napps: {a: {page_token: {shop: x}}}";
    assert_eq!(tokens(one), ["x"]);

    let env = &cast_of(TWO_PAGES).unwrap().starts[0].env;
    for (name, value) in [
        ("PAGE_ID", "100000000000001"),
        ("PAGE_ACCESS_TOKEN", "a-page-token"),
        ("PAGE_ID_SHOP", "100000000000001"),
        ("PAGE_ACCESS_TOKEN_SHOP", "a-page-token"),
        ("PAGE_ID_STORE", "100000000000002"),
        ("PAGE_ACCESS_TOKEN_STORE", "a-store-page-token"),
    ] {
        assert_eq!(env[name], value, "{name}");
    }
    let env = &cast_of("pages: {shop: {}}\napps: {a: {start: bot}}").unwrap().starts[0].env;
    assert!(!env.contains_key("PAGE_ID_SHOP") && env["PAGE_ID"] == "100000000000001");
}

#[test]
fn pages_are_told_apart_on_a_stage_by_name_id_and_token() {
    let of = |world: &str| {
        let none = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
        let (documents, _) = load(Path::new("world.yaml"), world.to_owned(), &none);
        let Some(Document::World(world)) = documents.into_iter().next() else { panic!("no world") };
        identity(&world)
    };
    let worlds = [
        "page: {}",
        "pages: {shop: {}}",
        "pages: {shop: {}, store: {}}",
        "pages: {store: {}, shop: {}}",
        "pages: {shop: {}, store: {id: 7}}",
        "pages: {shop: {}, store: {}}\napps: {bot: {page_token: {store: x}}}",
    ];
    let identities: std::collections::BTreeSet<String> = worlds.map(of).into();
    assert_eq!(identities.len(), worlds.len());
    assert_eq!(of("page: {name: A}"), of("page: {name: B}"));
}

#[test]
fn the_environment_of_an_app_wins_over_what_brings_clients_here() {
    let folder = tempfile::tempdir().unwrap();
    let authority = emulator_server::Authority::open(folder.path()).unwrap();
    let inherited = |name: &str| (name == "NODE_OPTIONS").then(|| "--trace-warnings".to_owned());
    let prepared = Redirect::prepare(&authority, crate::redirect::Preload::On, &inherited);
    let (redirect, remarks) = prepared.unwrap();
    assert_eq!(remarks, [""; 0]);
    let redirect = Some(Arc::new(redirect));
    let world = "apps: {a: {start: bot, env: {https_proxy: '', OWN: '${port}'}}}";
    let env = cast_with(world, redirect).unwrap().starts.remove(0).env;
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (name, value) in [
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
        ("https_proxy", ""),
        ("OWN", "1"),
        ("NO_PROXY", "localhost,127.0.0.1,::1"),
        ("NODE_EXTRA_CA_CERTS", &path("ca.pem")),
        ("SSL_CERT_FILE", &path("bundle.pem")),
        ("NODE_OPTIONS", &format!("--trace-warnings --require \"{}\"", path("preload/node.cjs"))),
        ("PYTHONPATH", &path("preload/python")),
    ] {
        assert_eq!(env[name], value, "{name}");
    }
}

#[test]
fn a_bot_that_is_not_started_here_has_an_environment_too() {
    let world =
        "apps: {a: {webhook: 'http://127.0.0.1:3000/hook', env: {AT: '${port}'}}, b: {env: {AT: '${port}'}}}";
    let cast = cast_of(world).unwrap();
    assert!(cast.starts.is_empty());
    let env = cast.environment(0, &surroundings(None)).unwrap();
    assert_eq!(
        (env["PORT"].as_str(), env["AT"].as_str(), env["APP_ID"].as_str()),
        ("3000", "3000", "200000000000001")
    );
    assert!(
        cast.environment(1, &surroundings(None)).is_err(),
        "nobody knows the port of an app without a webhook"
    );
}
