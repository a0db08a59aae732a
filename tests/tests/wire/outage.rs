//! A bot that is down for long: the developers are told, its webhooks are switched off, what it misses
//! is written down, and a new subscription brings it back (M-193).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use emulator_core::{AdminChange, AppId, Effect, Field, Missing, Psid, Span, Timestamp};
use emulator_server::journal::{AttemptResult, Entry, Record};
use emulator_server::{Lane, Quiet};
use tokio::net::TcpListener;

use crate::bot::{Bot, Reaction};
use crate::delivery::tries;
use crate::http::PATIENCE;
use crate::stand::{BOT, LIVECHAT, MORNING, PAGE, Says as _, Setup, Stand, entries, settled};

const QUARTER: Span = Span(15 * 60_000);

/// What happened to webhooks, with the minutes since the morning.
fn happened(lane: &Lane) -> Vec<(i64, String)> {
    let told = |entry: &Entry| {
        let effect = entry.effect()?;
        if let Effect::WebhooksFailing { page, app, since } = effect {
            return Some(format!("{} of {page} fail since {}", name(*app), (*since - MORNING).0 / 60_000));
        }
        let Effect::WebhooksDisabled { page, app } = effect else { return None };
        Some(format!("{} of {page} are switched off", name(*app)))
    };
    let minute = |at: Timestamp| (at - MORNING).0 / 60_000;
    entries(lane).iter().filter_map(|entry| Some((minute(entry.at), told(entry)?))).collect()
}

fn name(app: AppId) -> &'static str {
    crate::stand::name(app)
}

/// An address where nobody listens yet: one of its own, so that nobody else gets the port meanwhile.
async fn nobody(host: &str) -> SocketAddr {
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    listener.local_addr().unwrap()
}

async fn down(host: &str, setup: Setup) -> (SocketAddr, Stand, Arc<Lane>, Psid) {
    let address = nobody(host).await;
    let stand = setup.webhook(BOT, format!("http://{address}/webhook")).serve().await;
    let (lane, ann) = stand.lane("lane");
    (address, stand, lane, ann)
}

async fn advance(lane: &Arc<Lane>, by: Span) {
    lane.advance(lane.after(by), Quiet::Auto, PATIENCE).await.expect("the lane settles");
}

fn subscribes_again(lane: &Arc<Lane>) {
    let fields = Field::ALL.iter().copied().collect();
    assert!(lane.admin_changes(PAGE.messenger(), AdminChange::Fields { app: BOT, fields }).result.is_ok());
}

/// Every delivery to a real app has been tried or given up in writing.
fn nothing_vanished(lane: &Lane, real: AppId) {
    let entries = entries(lane);
    let tried: BTreeSet<u64> = entries.iter().filter_map(Entry::tried).collect();
    let moved: BTreeSet<u64> = entries
        .iter()
        .filter(|entry| entry.rule.is_some_and(|rule| rule.rule().code == "C-22"))
        .filter_map(|entry| Some(entry.cause?.seq))
        .collect();
    for entry in &entries {
        if let Record::Effect(Effect::Deliver(delivery)) = &entry.record
            && delivery.app == real
            && !moved.contains(&entry.seq)
        {
            assert!(tried.contains(&entry.seq), "{entry:?}");
        }
    }
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_it_is_told_and_after_an_hour_switched_off() {
    let (address, _stand, lane, ann) = down("127.77.1.1", Setup::new()).await;
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    advance(&lane, Span(QUARTER.0 - 1)).await;
    assert_eq!(happened(&lane), []);
    advance(&lane, Span(1)).await;
    let told = (15, format!("bot of {PAGE} fail since 0"));
    assert_eq!(happened(&lane), std::slice::from_ref(&told));
    advance(&lane, Span(Span::HOUR.0 - QUARTER.0 - 1)).await;
    assert_eq!(happened(&lane).len(), 1);
    assert_eq!(tries(&lane, BOT).len(), 11, "the tries of an hour");
    // Another waits for its next try when it happens.
    lane.person_says(ann, "two").unwrap();
    settled(&lane).await;
    advance(&lane, Span(1)).await;
    assert_eq!(happened(&lane), [told, (60, format!("bot of {PAGE} are switched off"))]);
    let last = tries(&lane, BOT).pop().unwrap();
    let why = "its webhooks are switched off".into();
    assert_eq!(last, (3, AttemptResult::Dropped { why }), "the third try will not be made");
    assert_eq!(lane.next_deadline(), None);

    // What happens meanwhile is not heard, and the journal says why.
    lane.person_says(ann, "three").unwrap();
    settled(&lane).await;
    let unheard = entries(&lane).into_iter().rev().find_map(|entry| {
        let Record::Effect(Effect::Unheard { app: BOT, missing, .. }) = entry.record else { return None };
        Some(missing)
    });
    assert_eq!(unheard, Some(Missing::Webhooks));

    // Coming back is not enough; subscribing again is.
    let bot = Bot::on(TcpListener::bind(address).await.unwrap(), |_, _| Reaction::Status(200));
    lane.person_says(ann, "four").unwrap();
    settled(&lane).await;
    assert_eq!(bot.texts(), [] as [&str; 0]);
    subscribes_again(&lane);
    lane.person_says(ann, "five").unwrap();
    settled(&lane).await;
    advance(&lane, Span::DAY).await;
    assert_eq!(bot.texts(), ["five"], "what was missed stays missed");
    assert_eq!(happened(&lane).len(), 2);
    nothing_vanished(&lane, BOT);
}

#[tokio::test]
async fn an_app_that_takes_one_webhook_is_not_failing() {
    let (address, _stand, lane, ann) = down("127.77.1.2", Setup::new()).await;
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    advance(&lane, Span(14 * 60_000)).await;
    let bot = Bot::on(TcpListener::bind(address).await.unwrap(), |_, _| Reaction::Status(200));
    lane.person_says(ann, "two").unwrap();
    settled(&lane).await;
    assert_eq!(bot.texts(), ["two"]);
    advance(&lane, Span::DAY).await;
    assert_eq!(happened(&lane), []);
    assert_eq!(bot.texts(), ["two", "one"], "and what failed comes after it");
}

#[tokio::test]
async fn where_the_world_says_so_it_is_told_and_nothing_is_switched_off() {
    let setup = Setup::new().option("webhook_disabling", "off");
    let (address, _stand, lane, ann) = down("127.77.1.3", setup).await;
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    advance(&lane, Span::DAY).await;
    let told = |at| (at, format!("bot of {PAGE} fail since 0"));
    assert_eq!(happened(&lane), [told(15), told(60)]);
    assert_eq!(tries(&lane, BOT).len(), 11, "one message is tried for an hour and no longer");
    let bot = Bot::on(TcpListener::bind(address).await.unwrap(), |_, _| Reaction::Status(200));
    lane.person_says(ann, "two").unwrap();
    settled(&lane).await;
    assert_eq!(bot.texts(), ["two"]);
}

#[tokio::test]
async fn one_app_that_is_down_does_not_concern_another() {
    let livechat = Bot::start().await;
    let setup = Setup::new().webhook(LIVECHAT, livechat.url());
    let (_, stand, lane, ann) = down("127.77.1.4", setup).await;
    for text in ["one", "two", "three"] {
        lane.person_says(ann, text).unwrap();
        settled(&lane).await;
        advance(&lane, Span(40 * 60_000)).await;
    }
    assert_eq!(stand.send(LIVECHAT, ann, "still here").await.status(), 200);
    settled(&lane).await;
    assert_eq!(livechat.texts(), ["one", "two", "three", "still here"]);
    assert_eq!(happened(&lane).last().unwrap().1, format!("bot of {PAGE} are switched off"));
    nothing_vanished(&lane, LIVECHAT);
    nothing_vanished(&lane, BOT);
}

#[tokio::test]
async fn what_waits_in_the_queue_is_given_up_with_the_rest() {
    // The first try of the second message hangs while the hour ends, so that others queue behind it.
    let bot = Bot::reacting(|_, arrival| match arrival.text().as_str() {
        "one" => Reaction::Status(500),
        _ => Reaction::Hold,
    })
    .await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    advance(&lane, Span(Span::HOUR.0 - 1)).await;
    let before = bot.arrivals().len();
    for text in ["two", "three", "four"] {
        lane.person_says(ann, text).unwrap();
    }
    bot.arrived(before + 1).await;
    let end = tokio::spawn({
        let lane = Arc::clone(&lane);
        async move { advance(&lane, Span(1)).await }
    });
    // The bot lets go of the second message only once the others were given up.
    loop {
        let seq = lane.last_seq();
        if tries(&lane, BOT).iter().filter(|(_, result)| result.name() == "dropped").count() == 2 {
            break;
        }
        assert!(lane.changed_since(seq, PATIENCE).await, "{:?}", tries(&lane, BOT));
    }
    bot.release(1);
    end.await.unwrap();
    settled(&lane).await;
    let mut results = BTreeMap::<&str, usize>::new();
    for (_, result) in tries(&lane, BOT) {
        *results.entry(result.name()).or_default() += 1;
    }
    assert_eq!(results, [("acknowledged", 1), ("dropped", 2), ("refused", 11)].into());
    assert_eq!(bot.texts()[before..], ["two"]);
    nothing_vanished(&lane, BOT);
}
