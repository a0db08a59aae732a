//! Builds the steps of a scenario, one after the other, since each knows the names that those before it have captured.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::section::Section;
use crate::diagnostics::{Diagnostic, SourceText, did_you_mean};
use crate::matcher;
use crate::node::Node;
use crate::step::{self, Act, Certainty, Loader, Names, Origin, Step};
use crate::value::{self, Known};
use crate::vocabulary::{Field, names};

/// The steps so far, and what later ones can name.
pub(super) struct Assembly<'a> {
    pub(super) loader: Loader<'a>,
    pub(super) names: Names,
    /// What expressions can name; none where that is not known.
    known: Option<Known>,
    /// The files that are being read, the outermost first.
    pub(super) open: Vec<PathBuf>,
    /// Where each of them but the first is used.
    pub(super) uses: Vec<String>,
    /// How many parts were used.
    pub(super) count: usize,
    steps: Vec<Step>,
    problems: Vec<Diagnostic>,
}

impl<'a> Assembly<'a> {
    /// Begins in a file, with the names that the first step can use.
    pub(super) fn new(path: &Path, loader: Loader<'a>, names: Names, known: Option<Known>) -> Self {
        let (open, uses) = (vec![path.to_owned()], Vec::new());
        Self { loader, names, known, open, uses, count: 0, steps: Vec::new(), problems: Vec::new() }
    }

    /// How many steps there are so far.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Gives the steps, and what is wrong with them.
    pub(super) fn finish(mut self) -> (Vec<Step>, Vec<Diagnostic>) {
        if self.problems.is_empty() && self.names.certainty == Certainty::Complete {
            // A step that is wrong might have been the one that is named, and so might one behind the use of a part.
            self.problems = step::unknown_untils(&self.steps);
        }
        (self.steps, self.problems)
    }

    /// Adds the steps of a list.
    pub(super) fn add(&mut self, items: &[Node], file: &Arc<SourceText>) {
        for item in items {
            match self.used(item, file) {
                Some(()) => {}
                None => self.step(item, file),
            }
        }
    }

    fn step(&mut self, item: &Node, file: &Arc<SourceText>) {
        let mut found = Vec::new();
        let origin = Origin { file, loader: Some(self.loader) };
        let mut steps = step::steps(item, origin, &self.names, &mut found);
        value::check(item, self.known.as_ref(), &mut found);
        matcher::check(item, &mut found);
        let way = self.way();
        steps.iter_mut().for_each(|step| step.used.clone_from(&way));
        self.steps.extend(steps);
        self.report(found, file);
        for name in step::captured(item) {
            self.known.iter_mut().for_each(|known| known.add(&*name));
            self.names.captures.iter_mut().for_each(|captures| captures.extend([name.clone()]));
        }
    }

    /// Goes on without knowing what was captured, since a part that cannot be read may have captured anything.
    pub(super) fn forget_captures(&mut self) {
        self.names.captures = None;
        self.known = None;
    }

    /// Takes in what is wrong in a file, and says how one got there.
    pub(super) fn report(&mut self, problems: Vec<Diagnostic>, file: &Arc<SourceText>) {
        let way = self.way();
        self.problems.extend(problems.into_iter().map(|problem| match &way {
            Some(way) => problem.in_file(file).note(format!("this part is used at {way}")),
            None => problem.in_file(file),
        }));
    }

    /// Where the part that is being read is used; the innermost use comes first.
    fn way(&self) -> Option<Arc<str>> {
        let uses: Vec<&str> = self.uses.iter().rev().map(String::as_str).collect();
        (!uses.is_empty()).then(|| uses.join(", that one at ").into())
    }
}

/// Takes the list of steps that lead to the beginning of a scenario; it may be absent.
pub(super) fn given<'n>(section: &mut Section<'n, '_>) -> &'n [Node] {
    let Some(list) = section.node().get("given") else { return &[] };
    let Some(items) = list.items() else {
        section.report(
            Diagnostic::new(list.span, "`given` takes a list")
                .label(format!("this is {}", list.kind_name()))
                .help("begin each step with a dash: `- user: ana`"),
        );
        return &[];
    };
    items
}

/// Says which steps of `given` cannot stand there: what bots do is not judged, and states stand at the end.
pub(super) fn unjudged(steps: &[Step]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let problem = match &step.act {
            Act::Expect { what, .. } if what.is_state() => {
                let later = steps[index + 1..].iter();
                let acts = later.into_iter().any(|step| !matches!(step.act, Act::Expect { .. }));
                acts.then(|| {
                    Diagnostic::new(step.span, "a state stands at the end of `given`, and steps follow here")
                        .help("put it after the last step of `given`")
                })
            }
            Act::Expect { .. } | Act::Never { .. } => Some(
                Diagnostic::new(step.span, "what comes of the steps of `given` is not judged")
                    .label("only a state can stand here: `owner`, `folder` or `window`")
                    .help("put it into `steps`, or leave it out"),
            ),
            Act::User { .. }
            | Act::Inbox { .. }
            | Act::Page { .. }
            | Act::App { .. }
            | Act::Bot { .. }
            | Act::Clock(_)
            | Act::Note(_) => None,
        };
        problems.extend(problem.map(|problem| problem.in_file(&step.file)));
    }
    problems
}

/// Takes the list of steps of a scenario or a part, whose keys are known.
pub(super) fn list<'n>(section: &mut Section<'n, '_>, what: &str, keys: &'static [Field]) -> &'n [Node] {
    let node = section.node();
    let help = "add for example `steps: [{user: ana, says: hello}]`";
    let Some(list) = node.get("steps").filter(|steps| !steps.is_null()) else {
        let misspelt = |name: &str| name != "steps" && did_you_mean(name, names(keys)) == Some("steps");
        if node.entries().is_some_and(|entries| entries.iter().any(|(key, _)| misspelt(&key.name))) {
            // The unknown key is an error of its own, and it is the one to mend.
            return &[];
        }
        let at = node.entry("steps").or(node.entry(what)).map_or(node.span, |(key, _)| key.span);
        section.report(Diagnostic::new(at, format!("this {what} has no steps")).help(help));
        return &[];
    };
    let Some(items) = list.items() else {
        section.report(
            Diagnostic::new(list.span, "`steps` takes a list")
                .label(format!("this is {}", list.kind_name()))
                .help("begin each step with a dash: `- user: ana`"),
        );
        return &[];
    };
    if items.is_empty() {
        section.report(Diagnostic::new(list.span, format!("this {what} has no steps")).help(help));
    }
    items
}
