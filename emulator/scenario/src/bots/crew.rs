//! All the bots of a stage: started, stopped and started again by steps, and watched meanwhile.
//!
//! **Invariant:** a bot that ends although nobody asked it to is a [`Death`], which every scenario hears of that plays
//! on the stage at that time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use emulator_core::Hidden;
use emulator_server::Stage;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::Instant;

use super::order::{CrewError, Order};
use super::ports::ClosedPort;
use super::ready::{ByHand, ready, ready_by_hand};
use super::served::tell;
use super::{Bot, BotError, BotNews, Printed};
use crate::cast::{Cast, Launch, Start, Surroundings};
use crate::runner::BotOutput;
use crate::secrets::secrets_of;

/// How many lines of a bot's output a failure shows.
const OUTPUT_LINES: usize = 10;

/// A bot that ended by itself.
#[derive(Debug)]
pub(crate) struct Death {
    /// The app.
    pub(crate) app: String,
    /// Its exit status.
    pub(crate) status: String,
    /// What it printed last.
    lines: Vec<Printed>,
    told: AtomicBool,
}

/// Which of the last words of bots are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Words {
    /// How many bots had ended by themselves before.
    pub(crate) deaths_before: usize,
    /// Since when; all when none.
    pub(crate) since: Option<Instant>,
    /// Whether they may be about something else as well.
    pub(crate) shared: bool,
}

/// What is known of a bot in the end.
#[derive(Debug)]
pub(crate) struct Member {
    /// The app.
    pub(crate) app: String,
    /// The process, if it runs and was started here.
    pub(crate) process: Option<u32>,
}

#[derive(Debug)]
enum State {
    Runs(Bot),
    /// A step stopped it; the port is kept from others.
    Stopped {
        port: Option<ClosedPort>,
        lines: Vec<Printed>,
    },
    /// It could not be started again.
    Lost(BotError),
}

#[derive(Debug)]
struct Process {
    start: Start,
    command: Vec<String>,
    folder: PathBuf,
    state: Mutex<State>,
}

/// The bots of a stage.
#[derive(Debug)]
pub(crate) struct Crew {
    bin: PathBuf,
    stage: Arc<Stage>,
    secrets: Arc<Hidden>,
    /// How long a bot may take to be ready.
    boot: Duration,
    processes: Vec<Process>,
    deaths: watch::Sender<Vec<Arc<Death>>>,
    /// Who hears what the bots of `serve` print and how they end; scenarios hear of deaths instead.
    news: Option<mpsc::UnboundedSender<BotNews>>,
    /// Set once all bots end.
    over: watch::Sender<bool>,
}

impl Crew {
    fn new(
        stage: Arc<Stage>,
        cast: &Cast,
        surroundings: &Surroundings,
        boot: Duration,
        news: Option<mpsc::UnboundedSender<BotNews>>,
    ) -> Self {
        Self {
            bin: surroundings.bin.clone(),
            stage,
            secrets: Arc::new(secrets_of(cast)),
            boot,
            processes: Vec::new(),
            deaths: watch::Sender::default(),
            news,
            over: watch::Sender::default(),
        }
    }

    /// Starts the bots of a world that is served. Nobody waits for them: they may come up whenever they like.
    ///
    /// # Errors
    ///
    /// When a process cannot be started; those before it end then.
    pub(super) fn serve(
        stage: Arc<Stage>,
        cast: &Cast,
        surroundings: &Surroundings,
        boot: Duration,
        news: mpsc::UnboundedSender<BotNews>,
    ) -> Result<Self, BotError> {
        let mut crew = Self::new(stage, cast, surroundings, boot, Some(news));
        crew.launch_all(cast)?;
        Ok(crew)
    }

    /// Starts the bots of a world and waits until every webhook passes the verification. `waits` is told of each bot that
    /// somebody starts by hand.
    ///
    /// # Errors
    ///
    /// When one of them does not come up; with what they printed. None of them runs then.
    pub(crate) async fn start(
        stage: Arc<Stage>,
        cast: &Cast,
        surroundings: &Surroundings,
        boot: Duration,
        waits: &(dyn Fn(ByHand<'_>) + Send + Sync),
    ) -> Result<Self, (BotError, Vec<BotOutput>)> {
        let mut crew = Self::new(stage, cast, surroundings, boot, None);
        match crew.boot(cast, waits).await {
            Ok(()) => Ok(crew),
            Err(error) => {
                let output = crew.last_words(&Words::default()).await;
                crew.stop().await;
                Err((error, output))
            }
        }
    }

    async fn boot(
        &mut self,
        cast: &Cast,
        waits: &(dyn Fn(ByHand<'_>) + Send + Sync),
    ) -> Result<(), BotError> {
        self.launch_all(cast)?;
        for app in &cast.apps {
            let Some(webhook) = &app.webhook else { continue };
            let by_hand = |start: &&Start| start.app == app.id && start.launch == Launch::ByHand;
            if let Some(start) = cast.starts.iter().find(by_hand) {
                // One that an earlier stage or run waited for is still there.
                if self.stage.handshake(app.id).await.is_err() {
                    waits(ByHand::Start(start, webhook.to_string()));
                    ready_by_hand(&self.stage, (app.id, &app.name), waits).await;
                }
                continue;
            }
            let Some(process) = self.process(&app.name) else {
                ready(&self.stage, (app.id, &app.name), None, self.boot).await?;
                continue;
            };
            if let State::Runs(bot) = &*process.state.lock().await {
                self.on_duty(process, bot).await?;
            }
        }
        Ok(())
    }

    /// Starts every process that the world names.
    fn launch_all(&mut self, cast: &Cast) -> Result<(), BotError> {
        for start in &cast.starts {
            let Launch::Command { command, folder } = &start.launch else { continue };
            let bot = self.launch(start, command, folder)?;
            self.processes.push(Process {
                start: start.clone(),
                command: command.clone(),
                folder: folder.clone(),
                state: Mutex::new(State::Runs(bot)),
            });
        }
        Ok(())
    }

    /// Starts the process of a bot.
    fn launch(&self, start: &Start, command: &[String], folder: &Path) -> Result<Bot, BotError> {
        let (heard, lines) = self.news.as_ref().map(|_| mpsc::unbounded_channel()).unzip();
        let bot = Bot::start(&self.bin, start, (command, folder), &self.secrets, heard)?;
        if let (Some(news), Some(lines)) = (&self.news, lines) {
            tokio::spawn(tell(start.name.clone(), lines, bot.end(), news.clone()));
        }
        Ok(bot)
    }

    /// The names of the apps whose bots were started here.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.processes.iter().map(|process| process.start.name.as_str())
    }

    fn process(&self, app: &str) -> Option<&Process> {
        self.processes.iter().find(|process| process.start.name == app)
    }

    /// Waits until the bot is ready, and hears of its end from then on.
    async fn on_duty(&self, process: &Process, bot: &Bot) -> Result<(), BotError> {
        let Start { app, name, .. } = &process.start;
        let mut over = self.over.subscribe();
        tokio::select! {
            ready = ready(&self.stage, (*app, name), Some(bot), self.boot) => ready?,
            // Whether it comes up does not matter any more.
            _ = over.wait_for(|over| *over) => return Ok(()),
        }
        if self.news.is_some() {
            return Ok(());
        }
        let (deaths, mut end) = (self.deaths.clone(), bot.end());
        let (app, output) = (name.clone(), Arc::clone(&bot.output));
        tokio::spawn(async move {
            if let Some(status) = end.by_itself().await {
                let (status, lines) = (status.to_string(), output.newest(OUTPUT_LINES));
                let death = Arc::new(Death { app, status, lines, told: AtomicBool::new(false) });
                deaths.send_modify(|deaths| deaths.push(death));
            }
        });
        Ok(())
    }

    /// The bots that ended by themselves, in order; it grows.
    pub(crate) fn deaths(&self) -> watch::Receiver<Vec<Arc<Death>>> {
        self.deaths.subscribe()
    }

    /// Starts bots again that ended by themselves, for a scenario that begins now.
    ///
    /// # Errors
    ///
    /// When one does not come up again, which is not tried a second time.
    pub(crate) async fn revive(&self) -> Result<(), BotError> {
        for process in &self.processes {
            let mut state = process.state.lock().await;
            match &*state {
                State::Lost(error) => return Err(error.clone()),
                State::Runs(bot) if bot.ended().is_some() => {
                    if let Err(error) = self.again(process, &mut state).await {
                        *state = State::Lost(error.clone());
                        return Err(error);
                    }
                }
                State::Runs(_) | State::Stopped { .. } => {}
            }
        }
        Ok(())
    }

    async fn again(&self, process: &Process, state: &mut State) -> Result<(), BotError> {
        if let State::Stopped { port, .. } = state {
            // The bot needs it now.
            port.take();
        }
        let bot = self.relaunch(process)?;
        let duty = self.on_duty(process, &bot).await;
        *state = State::Runs(bot);
        duty
    }

    /// Starts the process of a bot once more, which is told.
    fn relaunch(&self, process: &Process) -> Result<Bot, BotError> {
        let bot = self.launch(&process.start, &process.command, &process.folder)?;
        if let Some(news) = &self.news {
            // Whoever listened may have gone.
            let _ = news.send(BotNews::StartedAgain { app: process.start.name.clone() });
        }
        Ok(bot)
    }

    /// Ends a bot, if it runs, and starts it again without waiting until it is ready.
    pub(super) async fn reload(&self, app: &str) -> Result<(), CrewError> {
        let process = self.process(app).ok_or_else(|| CrewError::NotOurs(app.to_owned()))?;
        let mut state = process.state.lock().await;
        self.halt(process, &mut state).await;
        if let State::Stopped { port, .. } = &mut *state {
            port.take();
        }
        *state = State::Runs(self.relaunch(process)?);
        Ok(())
    }

    /// Does what a step wants of a bot, and waits until it is done. A bot that is to be started while it runs may be
    /// about to end; it has so much time for that. `begin` is called once nothing stands against it.
    pub(crate) async fn order(
        &self,
        app: &str,
        order: Order,
        to_end: Duration,
        begin: impl FnOnce(),
    ) -> Result<(), CrewError> {
        let process = self.process(app).ok_or_else(|| CrewError::NotOurs(app.to_owned()))?;
        let mut state = process.state.lock().await;
        let ended = match &*state {
            State::Runs(bot) if order == Order::Start => bot.ends_within(to_end).await,
            State::Runs(bot) => bot.ended(),
            State::Stopped { .. } => {
                return match order {
                    Order::Stop => Err(CrewError::Stopped(app.to_owned())),
                    Order::Start | Order::Restart => {
                        begin();
                        Ok(self.again(process, &mut state).await?)
                    }
                };
            }
            State::Lost(error) => return Err(error.clone().into()),
        };
        match (order, ended) {
            (Order::Start, None) => Err(CrewError::Runs(app.to_owned())),
            (Order::Stop, Some(status)) => {
                Err(CrewError::Ended { app: app.to_owned(), status: status.to_string() })
            }
            (Order::Stop, None) => {
                begin();
                self.halt(process, &mut state).await;
                Ok(())
            }
            (Order::Start, Some(_)) => {
                begin();
                Ok(self.again(process, &mut state).await?)
            }
            (Order::Restart, _) => {
                begin();
                self.halt(process, &mut state).await;
                Ok(self.again(process, &mut state).await?)
            }
        }
    }

    /// Ends a bot and closes its port for everybody.
    async fn halt(&self, process: &Process, state: &mut State) {
        // Whoever closes a connection first is haunted by it for a while, and a bot needs its port soon.
        self.stage.hang_up(process.start.app);
        let before = std::mem::replace(state, State::Stopped { port: None, lines: Vec::new() });
        if let State::Runs(bot) = before {
            let output = Arc::clone(&bot.output);
            bot.stop().await;
            let port = self.stage.webhook_port(process.start.app).and_then(ClosedPort::take);
            *state = State::Stopped { port, lines: output.newest(OUTPUT_LINES) };
        }
    }

    /// What the bots printed last, as far as that is asked for; of one that has ended by itself, what it left.
    pub(crate) async fn last_words(&self, asked: &Words) -> Vec<BotOutput> {
        let &Words { deaths_before, since, shared } = asked;
        let mut all = Vec::new();
        let deaths = self.deaths.borrow().clone();
        let ended = |status: &str| format!(", which has ended ({status})");
        for process in &self.processes {
            let app = &process.start.name;
            let died = deaths.iter().skip(deaths_before).find(|death| death.app == *app);
            let (how, lines) = match (died, &*process.state.lock().await) {
                (Some(death), _) => (ended(&death.status), death.lines.clone()),
                (None, State::Runs(bot)) => {
                    let how = bot.ended().map_or_else(String::new, |status| ended(&status.to_string()));
                    (how, bot.last_lines(OUTPUT_LINES))
                }
                (None, State::Stopped { lines, .. }) => {
                    (", which a step has stopped".to_owned(), lines.clone())
                }
                (None, State::Lost(_)) => (String::new(), Vec::new()),
            };
            let meant = lines.into_iter().filter(|printed| since.is_none_or(|since| printed.at >= since));
            let lines: Vec<String> = meant.map(|printed| printed.line).collect();
            let more = match (lines.is_empty(), since, shared) {
                (true, Some(_), _) if how.is_empty() => " since the scenario began",
                (false, _, true) => ", with which other scenarios were played meanwhile",
                (true | false, _, _) => "",
            };
            // A bot that has printed nothing at all has nothing to do with printing.
            if !lines.is_empty() || how.contains("ended") || since.is_some() {
                all.push(BotOutput { title: format!("the bot `{app}`{how}{more}"), lines });
            }
        }
        all
    }

    /// The bots that were started here.
    pub(crate) async fn members(&self) -> Vec<Member> {
        let mut members = Vec::new();
        for process in &self.processes {
            let running = match &*process.state.lock().await {
                State::Runs(bot) if bot.ended().is_none() => bot.process.get().copied(),
                State::Runs(_) | State::Stopped { .. } | State::Lost(_) => None,
            };
            members.push(Member { app: process.start.name.clone(), process: running });
        }
        members
    }

    /// The deaths that no scenario has told of.
    pub(crate) fn untold(&self) -> Vec<Arc<Death>> {
        let deaths = self.deaths.borrow();
        deaths.iter().filter(|death| !death.told.load(Ordering::Relaxed)).cloned().collect()
    }

    /// Ends all bots and everything that they started.
    pub(crate) async fn stop(&self) {
        self.over.send_replace(true);
        for process in &self.processes {
            if let State::Runs(bot) = &*process.state.lock().await {
                bot.is_to_end();
            }
        }
        for process in &self.processes {
            let mut state = process.state.lock().await;
            let stopped = State::Stopped { port: None, lines: Vec::new() };
            if let State::Runs(bot) = std::mem::replace(&mut *state, stopped) {
                bot.stop().await;
            }
        }
    }
}

impl Death {
    /// What it printed last.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.iter().map(|printed| printed.line.clone()).collect()
    }

    /// Notes that a scenario tells of it.
    pub(crate) fn tell(&self) {
        self.told.store(true, Ordering::Relaxed);
    }
}
