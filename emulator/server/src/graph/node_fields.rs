//! The parameter `fields` of a node that is read (M-36): which fields a call asks for, and which the node has.

use super::error::GraphError;
use super::params::Params;
use super::row::NodeKind;
use super::table;

/// The fields of a kind of node. Answers have them in the order of the parameter, and the id last.
#[derive(Debug)]
pub(super) struct NodeFields {
    pub(super) node: NodeKind,
    /// The platform's name for the kind, as errors print it.
    pub(super) type_name: &'static str,
    /// It with an article, for people.
    pub(super) noun: &'static str,
    /// Those that are read here.
    pub(super) modelled: &'static [&'static str],
    /// Those that an answer has when the call names none.
    pub(super) default: &'static [&'static str],
    /// The others that the platform has.
    pub(super) others: &'static str,
}

impl NodeFields {
    /// The fields that a call asks for, each once; none when it does not say.
    ///
    /// # Errors
    ///
    /// When the node does not have one of them, here or at all.
    pub(super) fn read(&self, params: &Params<'_>) -> Result<Option<Vec<&'static str>>, GraphError> {
        let Some(names) = params.list("fields")? else { return Ok(None) };
        let mut fields = Vec::with_capacity(names.len());
        for name in &names {
            let known = self.modelled.iter().find(|known| *known == name);
            let known = *known.ok_or_else(|| self.lacks(name))?;
            if !fields.contains(&known) {
                fields.push(known);
            }
        }
        Ok(Some(fields))
    }

    /// Why a field cannot be read.
    fn lacks(&self, written: &str) -> GraphError {
        // Braces, brackets and dots ask for a part of the field or for so many of it.
        let (name, expanded) = match written.split_once(['{', '(', '.']) {
            Some((name, _)) => (name.trim(), true),
            None => (written, false),
        };
        let of = self.noun;
        if expanded && self.modelled.contains(&name) {
            return GraphError::not_there_yet(format_args!("the expansion of the field {name} of {of}"));
        }
        if self.has(name) {
            return GraphError::not_there_yet(format_args!("the field {name} of {of}"));
        }
        GraphError::unknown_field(name, self.type_name)
    }

    /// True for a field that the node has on the platform; each of its edges can be read as a field.
    fn has(&self, name: &str) -> bool {
        let is_field = self.others.split_ascii_whitespace().any(|known| known == name);
        is_field || self.modelled.contains(&name) || table::has_edge(self.node, name)
    }

    /// The fields of a list with commas that are read here.
    pub(super) fn named(&self, list: &str) -> Vec<&'static str> {
        let known = |name| self.modelled.iter().copied().find(|known| *known == name);
        list.split(',').filter_map(known).collect()
    }

    /// Those that an answer has, without the id.
    pub(super) fn or_default(&self, fields: Option<&[&'static str]>) -> Vec<&'static str> {
        let fields = fields.unwrap_or(self.default).iter();
        fields.copied().filter(|field| *field != "id").collect()
    }
}

/// An address that looks like one of a picture and leads nowhere.
pub(super) fn picture_of(id: u64, width: u32) -> String {
    format!("https://platform-lookaside.invalid/platform/profilepic/?psid={id}&width={width}")
}

#[cfg(test)]
mod tests {
    use super::super::edges::{app, page, person};

    #[test]
    fn fields_of_the_platform_are_told_from_fields_of_nothing() {
        for (node, field) in [
            (&page::FIELDS, "instagram_business_account"),
            (&page::FIELDS, "conversations"),
            (&page::FIELDS, "fan_count"),
            (&person::FIELDS, "email"),
            (&app::FIELDS, "namespace"),
        ] {
            assert!(node.has(field), "{field}");
        }
        for node in [&page::FIELDS, &person::FIELDS, &app::FIELDS] {
            for field in ["", "nothing", "fan", "fan_count "] {
                assert!(!node.has(field), "{field}");
            }
        }
    }
}
