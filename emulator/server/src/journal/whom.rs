//! Whom an entry is about: a person, by name, and the Page where the world has several.

use emulator_core::{AppId, LineId, PageId, Party, Platform, Psid, Sender, Subject, Timer, TimerKind};
use serde_json::{Value, json};

use super::Names;
use super::row::{Codec, Members};
use super::schema::Form;
use crate::object::Object;

fn write(out: &mut Object<'_>, names: &Names, person: Option<Psid>, page: Option<PageId>) {
    if let Some(person) = person {
        out.text("person", &names.person_name(person));
    }
    if let Some(page) = page.and_then(|page| names.page(page)) {
        out.text("page", page);
    }
}

fn page(from: &Members<'_>, name: &str) -> Result<Option<PageId>, String> {
    let Some(value) = from.get(name) else { return Ok(from.known.page(None)) };
    let page = value.as_str().and_then(|page| from.known.page(Some(page)));
    page.map(Some).ok_or_else(|| format!("`{name}` is {value}, and no Page has that name"))
}

fn person(from: &Members<'_>, page: Option<PageId>) -> Result<Option<Psid>, String> {
    let Some(value) = from.get("person") else { return Ok(None) };
    let person = value.as_str().and_then(|person| from.known.person(person, page));
    person.map(Some).ok_or_else(|| format!("`person` is {value}, and nobody there has that name"))
}

fn person_schema() -> Value {
    json!({"type": "string", "description": "the name of a person, or the id of an unknown one"})
}

fn page_schema() -> Value {
    json!({"type": "string", "description": "the name of a Page, where the world has several"})
}

/// The person whose conversation it is.
impl Codec for Psid {
    type Value = Self;

    fn write(value: &Self, _name: &'static str, out: &mut Object<'_>, names: &Names) {
        write(out, names, Some(*value), names.page_of(*value));
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Self, String> {
        person(from, page(from, "page")?)?.ok_or_else(|| "`person` is missing".to_owned())
    }

    fn describe(_name: &'static str, forms: &mut Vec<Form>) {
        for form in forms {
            form.require("person", person_schema());
            form.allow("page", page_schema());
        }
    }
}

/// The same, where it may be about nobody.
impl Codec for Option<Psid> {
    type Value = Self;

    fn write(value: &Self, _name: &'static str, out: &mut Object<'_>, names: &Names) {
        write(out, names, *value, value.and_then(|person| names.page_of(person)));
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Self, String> {
        person(from, page(from, "page")?)
    }

    fn describe(_name: &'static str, forms: &mut Vec<Form>) {
        for form in forms {
            form.allow("person", person_schema());
            form.allow("page", page_schema());
        }
    }
}

/// A Page as a whole.
impl Codec for PageId {
    type Value = Self;

    fn write(value: &Self, _name: &'static str, out: &mut Object<'_>, names: &Names) {
        write(out, names, None, Some(*value));
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Self, String> {
        page(from, "page")?.ok_or_else(|| "`page` is missing".to_owned())
    }

    fn describe(_name: &'static str, forms: &mut Vec<Form>) {
        forms.iter_mut().for_each(|form| form.allow("page", page_schema()));
    }
}

/// A Page on a platform, which is named unless it is Messenger.
impl Codec for LineId {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        <PageId as Codec>::write(&value.page, name, out, names);
        if value.platform != Platform::Messenger {
            out.text("platform", value.platform.name());
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self, String> {
        let page = <PageId as Codec>::read(from, name)?;
        let Some(word) = from.get("platform") else { return Ok(page.messenger()) };
        let platform = word.as_str().and_then(Platform::parse);
        platform.map(|it| page.on(it)).ok_or_else(|| format!("`platform` is {word}, which is none"))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <PageId as Codec>::describe(name, forms);
        forms.iter_mut().for_each(|form| form.allow("platform", json!({"enum": Platform::WORDS})));
    }
}

/// The Page of a call's token and the person whom it names, who need not be of that Page.
pub(super) enum Whom {}

impl Codec for Whom {
    type Value = (Option<PageId>, Option<Psid>);

    fn write((page, person): &Self::Value, _name: &'static str, out: &mut Object<'_>, names: &Names) {
        let of_person = person.and_then(|person| names.page_of(person));
        write(out, names, *person, page.or(of_person));
        if let (Some(page), Some(of_person)) = (page, of_person)
            && page != &of_person
            && let Some(name) = names.page(of_person)
        {
            out.text("person_page", name);
        }
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Self::Value, String> {
        let of_token = page(from, "page")?;
        let of_person = if from.get("person_page").is_some() { page(from, "person_page")? } else { of_token };
        Ok((of_token, person(from, of_person)?))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <Option<Psid> as Codec>::describe(name, forms);
        forms.iter_mut().for_each(|form| form.allow("person_page", page_schema()));
    }
}

/// Who wrote a message: an app or the inbox; the person herself where none stands there.
impl Codec for Sender {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        match value {
            Self::Party(party) => <Party as Codec>::write(party, name, out, names),
            Self::Person => {}
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self, String> {
        Ok(<Option<Party> as Codec>::read(from, name)?.map_or(Self::Person, Self::Party))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <Option<Party> as Codec>::describe(name, forms);
    }
}

/// A deadline, at the time of its entry.
impl Codec for Timer {
    type Value = Self;

    fn write(value: &Self, _name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Self { at: _, kind, subject } = value;
        <TimerKind as Codec>::write(kind, "timer", out, names);
        match subject {
            Subject::Conversation(person) => <Psid as Codec>::write(person, "person", out, names),
            Subject::Webhooks(page, app) => {
                <PageId as Codec>::write(page, "page", out, names);
                out.text("app", &names.app_name(*app));
            }
        }
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Self, String> {
        let kind = <TimerKind as Codec>::read(from, "timer")?;
        let subject = match <Option<Psid> as Codec>::read(from, "person")? {
            Some(person) => Subject::Conversation(person),
            None => Subject::Webhooks(
                <PageId as Codec>::read(from, "page")?,
                <AppId as Codec>::read(from, "app")?,
            ),
        };
        Ok(Self { at: from.at, kind, subject })
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        forms.iter_mut().for_each(|form| form.require("timer", <TimerKind as super::row::Scalar>::schema()));
        let mut of_webhooks = forms.clone();
        <Psid as Codec>::describe(name, forms);
        <PageId as Codec>::describe(name, &mut of_webhooks);
        <AppId as Codec>::describe("app", &mut of_webhooks);
        forms.append(&mut of_webhooks);
    }
}
