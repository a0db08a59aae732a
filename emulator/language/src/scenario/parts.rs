//! Parts: steps that scenarios share.
//!
//! The steps of a part are built anew for each `use`: the apps, people, captures and variables that they name are the
//! user's. A part that is read by itself is checked as far as that goes without them.

use std::path::Path;
use std::sync::Arc;

use super::Part;
use super::section::Section;
use super::steps::{Assembly, list};
use crate::check::{Checker, Mode};
use crate::diagnostics::{Diagnostic, SourceText};
use crate::node::{Node, Span};
use crate::step::{self, Certainty, Loader, Names};
use crate::vocabulary::{self as words, ValueKind};
use crate::yaml;

/// More uses of parts than any scenario has; parts that use parts twice would reach it.
const MOST_USES: usize = 10_000;

const USE: &str = "use";
const PART: &str = "part";
const NO_PART: &str = "a part begins with `part: NAME`, followed by `steps:`";
const ALONE: &str = "a part stands in a file of its own";

/// Reads a part by itself, and gives what is wrong with it, each in its file.
pub(super) fn part(
    node: &Node,
    file: &Arc<SourceText>,
    path: &Path,
    loader: Loader<'_>,
) -> (Option<Part>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let (part, items) = read(node, &mut found);
    let names = Names { certainty: Certainty::Open, ..Names::default() };
    let mut assembly = Assembly::new(path, loader, names, None);
    assembly.report(found, file);
    assembly.add(items, file);
    (part, assembly.finish().1)
}

/// Says that a part must not share its file with other documents, which nobody could use.
pub(super) fn not_alone(node: &Node) -> Diagnostic {
    let key = node.entry(PART).map_or(node.span, |(key, _)| key.span);
    Diagnostic::new(key, "this part is not the only document of its file").help(ALONE)
}

/// Reads what a part says of itself, and gives its steps as they stand there.
fn read<'n>(node: &'n Node, problems: &mut Vec<Diagnostic>) -> (Option<Part>, &'n [Node]) {
    let mut section = Section::open(node, "a part", words::PART_KEYS, &[], problems);
    let name = section.text(PART).filter(|name| !name.value.trim().is_empty());
    if name.is_none()
        && let Some((key, _)) = node.entry(PART)
    {
        let problem = Diagnostic::new(key.span, "a part needs a name");
        section.report(problem.help("write `part: what its steps do`"));
    }
    let description = section.text("description").map(|text| text.value);
    let items = list(&mut section, PART, words::PART_KEYS);
    (name.map(|name| Part { name, description }), items)
}

impl Assembly<'_> {
    /// Adds the steps of the part that a step names; none if the step is no `use`.
    pub(super) fn used(&mut self, item: &Node, file: &Arc<SourceText>) -> Option<()> {
        let entries = item.entries()?;
        let written = item.get(USE)?;
        if entries.iter().any(|(key, _)| key.name != USE && words::head(&key.name).is_some()) {
            // These are two steps in one, which is told where steps are built.
            return None;
        }
        let mut found = Vec::new();
        let others: Vec<_> = entries.iter().filter(|(key, _)| key.name != USE).collect();
        let mut check = Checker { names: &self.names, problems: &mut found };
        check.keys("a `use` step", (&[], &[]), &others, Mode::Given);
        check.value(USE, ValueKind::Path, written, Mode::Given);
        if found.is_empty() {
            match self.part(written, file) {
                Ok(part) => self.within(&part, written.span, file),
                Err(problem) => {
                    self.forget_captures();
                    found.extend(problem);
                }
            }
        }
        self.report(found, file);
        Some(())
    }

    /// Reads the file that a `use` names; it may be too much to go on with.
    fn part(
        &mut self,
        written: &Node,
        file: &Arc<SourceText>,
    ) -> Result<Arc<SourceText>, Option<Diagnostic>> {
        let path = step::target(file, &written.source);
        if let Some(begin) = self.open.iter().position(|open| *open == path) {
            let circle = self.open[begin..].iter().chain([&path]).map(|path| path.display().to_string());
            let circle = circle.collect::<Vec<_>>().join(" uses ");
            let problem = Diagnostic::new(written.span, "this part would be used within itself");
            return Err(Some(problem.note(circle).help("take one of these uses out")));
        }
        self.count += 1;
        if self.count > MOST_USES {
            let first = self.count == MOST_USES + 1;
            let problem =
                Diagnostic::new(written.span, format!("parts are used more than {MOST_USES} times"));
            return Err(first.then(|| problem.help("have parts use each other less often")));
        }
        step::read(self.loader, &path).map_err(|error| {
            let message = format!("the part {} cannot be read", crate::paths::shown(&path));
            let problem = Diagnostic::new(written.span, message).label(error.to_string());
            Some(problem.help("the path is relative to the folder of this file"))
        })
    }

    /// Adds the steps of a text that must be a part, which is used at a place.
    fn within(&mut self, part: &Arc<SourceText>, span: Span, user: &Arc<SourceText>) {
        let (nodes, broken) = yaml::read(part);
        let unusable = match nodes.as_slice() {
            _ if !broken.is_empty() => None,
            [only] if only.get(PART).is_some() => None,
            [] => Some((format!("{} is empty", part.name), NO_PART)),
            [only] if only.get("scenario").is_some() => {
                Some((format!("{} is a scenario", part.name), NO_PART))
            }
            [_] => Some((format!("{} is no part", part.name), NO_PART)),
            [_, _, ..] => Some((format!("{} holds several documents", part.name), ALONE)),
        };
        if let Some((message, help)) = unusable {
            self.forget_captures();
            let problem = Diagnostic::new(span, message).label("a part is needed here");
            return self.report(vec![problem.help(help)], user);
        }
        let (line, column) = user.position(span.start);
        self.open.push(Path::new(&part.name).to_owned());
        self.uses.push(format!("{}:{line}:{column}", user.name));
        let mut found = broken;
        if let ([only], true) = (nodes.as_slice(), found.is_empty()) {
            let (_, items) = read(only, &mut found);
            self.report(std::mem::take(&mut found), part);
            self.add(items, part);
        }
        self.report(found, part);
        self.uses.pop();
        self.open.pop();
    }
}
