//! How a call that core decides stands in a journal: the verb, the members, and the parameters on the wire. The file of
//! its group has the form beside the row of the route, so that the journal knows no edge.

use std::fmt;

use emulator_core::{AppAct, Psid, RouteId};
use serde_json::{Map, Value, json};

use super::act::Beside;
use super::route::RouteMethod;
use super::table::routes;
use crate::journal::{Form, Members, Names, not_one_of, one_of};
use crate::object::Object;

/// The form that an act of an app has in a journal.
pub(crate) struct ActForm {
    /// The word for it.
    pub(super) verb: &'static str,
    /// What the app does, for people: a sentence after its name, with `{person}`, `{page}` and the parameters that it
    /// names in braces.
    pub(super) says: fn(&AppAct) -> &'static str,
    /// True for acts that have this form.
    pub(super) fits: fn(&AppAct) -> bool,
    /// Writes the members of the act, without the person.
    pub(super) write: fn(&AppAct, &mut Object<'_>, &Names),
    /// Reads the act, given the person whom the entry is about, and the parameters that core does not need.
    pub(super) read: fn(&Members<'_>, Option<Psid>, &Beside) -> Result<AppAct, String>,
    /// Adds the members of the act to the JSON Schema.
    pub(super) describe: fn(&mut Vec<Form>),
    /// The parameters that core does not need.
    pub(super) beside: &'static [BesideMember],
    /// The parameters of the act, as they would stand in JSON, but for the recipient.
    pub(super) parameters: fn(&AppAct, &Beside) -> Parameters,
}

/// Parameters of a call with their values.
pub(super) type Parameters = Vec<(&'static str, Value)>;

/// A parameter that core does not need, and the member of the entry in which it stands.
pub(super) struct BesideMember {
    pub(super) parameter: &'static str,
    pub(super) member: &'static str,
    /// The words that it can have; any text where there are none.
    pub(super) words: &'static [&'static str],
    pub(super) required: bool,
}

impl BesideMember {
    /// A parameter that may be absent, in the member of its name.
    pub(super) const fn optional(parameter: &'static str, words: &'static [&'static str]) -> Self {
        Self { parameter, member: parameter, words, required: false }
    }

    fn read(&self, from: &Members<'_>) -> Result<Option<String>, String> {
        let Self { member, words, required, .. } = *self;
        match from.get(member) {
            None if required => Err(format!("`{member}` is missing")),
            None => Ok(None),
            Some(Value::String(word)) if words.is_empty() || words.contains(&word.as_str()) => {
                Ok(Some(word.clone()))
            }
            Some(Value::String(word)) => Err(not_one_of(member, word, words)),
            Some(other) => Err(format!("`{member}` is {other}, and should be a text")),
        }
    }

    fn describe(&self, forms: &mut [Form]) {
        let schema = if self.words.is_empty() { json!({"type": "string"}) } else { one_of(self.words) };
        for form in forms {
            if self.required {
                form.require(self.member, schema.clone());
            } else {
                form.allow(self.member, schema.clone());
            }
        }
    }
}

impl PartialEq for ActForm {
    fn eq(&self, other: &Self) -> bool {
        self.verb == other.verb
    }
}

impl Eq for ActForm {}

impl fmt::Debug for ActForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.verb)
    }
}

/// A call that core decides: its route, its parameters and the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteAct {
    route: RouteId,
    reads_only: bool,
    form: &'static ActForm,
    act: AppAct,
    beside: Beside,
}

impl RouteAct {
    /// A call of a route; none for an act that the route does not make.
    pub fn new(route: RouteId, act: AppAct, beside: Beside) -> Option<Self> {
        let row = super::table::route(route);
        let form = row.acts.iter().find(|form| (form.fits)(&act))?;
        Some(Self { route, reads_only: row.method == RouteMethod::Get, form, act, beside })
    }

    /// The same one, with a parameter that core does not need.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        self.beside.push(name, value);
        self
    }

    /// What it is for.
    pub const fn route(&self) -> RouteId {
        self.route
    }

    /// True when it only reads.
    pub(crate) const fn reads_only(&self) -> bool {
        self.reads_only
    }

    /// What core is asked.
    pub const fn act(&self) -> &AppAct {
        &self.act
    }

    /// The parameters that core does not need.
    pub const fn beside(&self) -> &Beside {
        &self.beside
    }

    /// The word for it in journals.
    pub(crate) const fn verb(&self) -> &'static str {
        self.form.verb
    }

    /// What the app does, for people: a sentence after its name. In braces stand `person`, `page`, or the name of a
    /// parameter, with a dot before a member of it.
    pub fn sentence(&self) -> &'static str {
        (self.form.says)(&self.act)
    }

    /// All its parameters but the recipient, as they would stand in JSON.
    pub fn parameters(&self) -> Map<String, Value> {
        let own = (self.form.parameters)(&self.act, &self.beside);
        let mut out: Map<String, Value> =
            own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for (name, value) in self.beside.iter() {
            out.entry(name).or_insert_with(|| value.into());
        }
        out
    }

    /// Writes the members of the entry.
    pub(crate) fn write(&self, out: &mut Object<'_>, names: &Names) {
        (self.form.write)(&self.act, out, names);
        for BesideMember { parameter, member, .. } in self.form.beside {
            if let Some(value) = self.beside.text(parameter) {
                out.text(member, value);
            }
        }
    }

    /// Reads the call of that verb from the members of its entry; none for a verb that no act has.
    pub(crate) fn read(verb: &str, from: &Members<'_>, person: Option<Psid>) -> Result<Option<Self>, String> {
        let Some((_, form)) = forms().find(|(_, form)| form.verb == verb) else { return Ok(None) };
        let mut beside = Beside::default();
        for member in form.beside {
            if let Some(value) = member.read(from)? {
                beside.push(member.parameter, value);
            }
        }
        let act = (form.read)(from, person, &beside)?;
        let fits = |(_, form): &(RouteId, &ActForm)| form.verb == verb && (form.fits)(&act);
        let (route, _) = forms().find(fits).ok_or_else(|| format!("`verb` is {verb} without its route"))?;
        Ok(Self::new(route, act, beside))
    }

    /// The verbs that acts have, each once, in the order of the table.
    pub(crate) fn verbs() -> Vec<&'static str> {
        let mut verbs = Vec::new();
        for (_, form) in forms() {
            if !verbs.contains(&form.verb) {
                verbs.push(form.verb);
            }
        }
        verbs
    }

    /// Adds the members of each verb to the JSON Schema.
    pub(crate) fn describe(forms_before: &[Form]) -> Vec<Form> {
        let mut out = Vec::new();
        for verb in Self::verbs() {
            let Some((_, form)) = forms().find(|(_, form)| form.verb == verb) else { continue };
            let mut these = forms_before.to_vec();
            these.iter_mut().for_each(|it| it.require("verb", json!({"const": verb})));
            (form.describe)(&mut these);
            form.beside.iter().for_each(|member| member.describe(&mut these));
            out.append(&mut these);
        }
        out
    }
}

/// The forms of all routes.
fn forms() -> impl Iterator<Item = (RouteId, &'static ActForm)> {
    routes().flat_map(|route| route.acts.iter().map(|form| (route.id, *form)))
}

/// Makes the form of an act: its verb, the pattern of the act, which is the expression as well, the members of the entry
/// with their types, and its parameters on the wire.
macro_rules! act_form {
    (
        $verb:literal $(about $person:ident)?, says $says:literal,
        [$($shape:tt)+] { $($member:ident: $codec:ty = $name:tt),* $(,)? },
        beside $beside:expr, wire $parameters:expr $(,)?
    ) => {
        $crate::graph::act_form::ActForm {
            verb: $verb,
            says: |_act| $says,
            fits: |act| {
                if let $($shape)+ = act {
                    _ = ($($person,)? $($member,)*);
                    true
                } else {
                    false
                }
            },
            write: |act, out, names| {
                _ = (&out, names);
                if let $($shape)+ = act {
                    _ = ($($person,)?);
                    $(<$codec as $crate::journal::Codec>::write(
                        $member, $crate::journal::name_of!($name), out, names,
                    );)*
                }
            },
            read: |from, person, _beside| {
                _ = (from, person);
                $(let $person = person.ok_or_else(|| "`person` is missing".to_owned())?;)?
                $(let $member = <$codec as $crate::journal::Codec>::read(
                    from, $crate::journal::name_of!($name),
                )?;)*
                Ok($($shape)+)
            },
            describe: |forms| {
                _ = &forms;
                $(<$codec as $crate::journal::Codec>::describe($crate::journal::name_of!($name), forms);)*
            },
            beside: $beside,
            parameters: |act, _beside| {
                if let $($shape)+ = act {
                    _ = ($($person,)?);
                    $parameters
                } else {
                    Vec::new()
                }
            },
        }
    };
}

pub(super) use act_form;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn acts_that_share_a_verb_have_the_same_members() {
        let mut by_verb: BTreeMap<&str, String> = BTreeMap::new();
        for (route, form) in forms() {
            let mut described = vec![Form::default()];
            (form.describe)(&mut described);
            form.beside.iter().for_each(|member| member.describe(&mut described));
            let members = format!("{described:?}");
            let first = by_verb.entry(form.verb).or_insert_with(|| members.clone());
            assert_eq!(*first, members, "{} of {}", form.verb, route.name());
        }
    }
}
