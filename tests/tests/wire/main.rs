//! The server over real HTTP, from the outside: what bots send, what they are told, what they are
//! sent. What is expected comes from the rules and from recorded payloads, never from the code.

#![expect(clippy::unwrap_used, reason = "what fails in here is a test that fails")]

mod bodies;
mod bot;
mod callers;
mod delivery;
mod documented;
mod echoes;
mod encodings;
mod errors;
mod failures;
mod habits;
mod handshake;
mod hostile_bots;
mod http;
mod https_bots;
mod journal_file;
mod lacking;
mod lanes;
mod limits;
mod many_lanes;
mod media;
mod messages;
mod moves;
mod nodes;
mod outage;
mod pages;
mod payloads;
mod presentation;
mod proxy;
mod recorded_answers;
mod recorded_nodes;
mod registration;
mod resume;
mod routes;
mod scene;
mod shapes;
mod stand;
mod taps;
mod time;
mod tls;
mod webhooks;
