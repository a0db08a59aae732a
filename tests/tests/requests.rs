//! The tables of requests in `fixtures/rules/requests`: each row is a call of the Graph API over real HTTP and its
//! answer. There is one test for each file; `fixtures/rules/requests/README.md` says how to read one. Payloads that people
//! captured are brought about in the same worlds.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

#[path = "requests/answer.rs"]
mod answer;
#[path = "requests/captured.rs"]
mod captured;
#[path = "wire/http.rs"]
#[expect(dead_code, reason = "the tests of the wire need more of it")]
mod http;
#[path = "requests/listener.rs"]
mod listener;
#[path = "requests/order.rs"]
mod order;
#[path = "wire/payloads.rs"]
#[expect(dead_code, reason = "the tests of the wire need more of it")]
mod payloads;
#[path = "requests/request.rs"]
mod request;
#[path = "requests/table.rs"]
mod table;
#[path = "requests/world.rs"]
mod world;

use table::{Row, Table};
use world::World;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for file in table::files() {
        let name = file.name.clone();
        trials.push(Trial::test(name, move || match file.name.as_str() {
            order::FILE => finish(&order::check(&file.text)),
            _ => finish(&check(&file.text)),
        }));
    }
    trials.push(Trial::test("every_pair_of_neighbours_has_a_row", || finish(&order::every_pair_has_a_row())));
    trials.extend(captured::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn finish(wrong: &[String]) -> Result<(), Failed> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Plays every row of a file; gives what does not hold, each with the row and its line.
fn check(text: &str) -> Vec<String> {
    let table: Table = match serde_saphyr::from_str(text) {
        Ok(table) => table,
        Err(error) => return vec![format!("it cannot be read:\n{error}")],
    };
    let mut wrong = table::badly_kept(&table);
    for row in &table.rows {
        let line = row.name.referenced.line();
        let said = play(&table, row);
        wrong.extend(said.into_iter().map(|what| format!("line {line}, {}: {what}", row.name.value)));
    }
    wrong
}

fn play(table: &Table, row: &Row) -> Vec<String> {
    let world = World::merged(&table.world, row.world.as_ref());
    let outcome = world::with(&world, row.given.as_ref(), async |stand| {
        let first = match &row.first {
            Some(call) => Some(stand.call(call, None).await?),
            None => None,
        };
        let mut wrong = Vec::new();
        if let Some(call) = &row.call {
            let before = stand.last();
            let answer = stand.call(call, first.as_ref()).await?;
            wrong.extend(answer::differences(row, &answer, &stand.names(first.as_ref())));
            wrong.extend(stand.explained_otherwise(before, row.refusal_rule()));
        }
        if let Some(delivered) = &row.delivered {
            wrong.extend(stand.delivered_otherwise(delivered).await);
        }
        Ok(wrong)
    });
    outcome.unwrap_or_else(|why| vec![why])
}
