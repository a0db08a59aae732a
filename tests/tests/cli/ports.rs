//! A port that somebody else has.

use std::net::TcpListener;

use crate::support::{Ended, Folder, golden};

#[test]
fn a_taken_port_is_named_together_with_the_flag_that_chooses_another() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let plain = |ended: &Ended| ended.told().replace(&port, "PORT");
    let folder = Folder::with(
        "play.yaml",
        "scenario: greets\nworld: {apps: {bot: {webhook: \"http://127.0.0.1:9/webhook\"}}}\nsteps:\n  \
         - user: user\n    says: hello\n",
    );
    let serve = folder.run(&["serve", "--port", &port]);
    assert_eq!(serve.code, Some(3));
    assert!(serve.stderr.contains(&port), "{}", serve.stderr);
    golden("port-serve", &plain(&serve));
    let run = folder.run(&["run", "play.yaml", "--port", &port]);
    assert_eq!(run.code, Some(3));
    assert!(run.stdout.contains(&port), "{}", run.stdout);
    golden("port-run", &plain(&run));
    let bot = folder.run(&["demo-bot", "--port", &port]);
    assert_eq!(bot.code, Some(3));
    golden("port-demo-bot", &plain(&bot));
}
