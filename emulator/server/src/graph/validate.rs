//! What a control edge is asked for, as far as it depends on the request alone. The texts are those
//! of the platform.

use std::sync::Arc;

use emulator_core::{AppId, ControlAct, Party, Span};

use super::error::GraphError;
use super::params::Params;

/// The control edges that post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ControlEdge {
    Pass,
    Take,
    Request,
    PassMetadata,
    Release,
    Extend,
}

/// An id that is no app id at all names no app of the Page either.
fn party(text: &str) -> Party {
    Party::of(text.trim().parse().unwrap_or(AppId(0)))
}

/// What a control edge is asked for, apart from the recipient.
pub(crate) fn control(edge: ControlEdge, params: &Params<'_>) -> Result<ControlAct, GraphError> {
    let metadata = || {
        let text = params.text("metadata").map_err(|_| GraphError::not_a_text("metadata"))?;
        Ok::<_, GraphError>(text.map(Arc::from))
    };
    Ok(match edge {
        ControlEdge::Pass => {
            let to = params.text("target_app_id")?.filter(|text| !text.is_empty());
            ControlAct::Pass { to: to.as_deref().map(party), metadata: metadata()? }
        }
        ControlEdge::Take => ControlAct::Take { metadata: metadata()? },
        ControlEdge::Request => ControlAct::Request { metadata: metadata()? },
        ControlEdge::PassMetadata => {
            let to = params.text("target_app_id")?.filter(|text| !text.is_empty());
            let to = to.ok_or_else(|| GraphError::required("target_app_id"))?;
            let metadata = metadata()?.ok_or_else(|| GraphError::required("metadata"))?;
            ControlAct::PassMetadata { to: party(&to), metadata }
        }
        ControlEdge::Release => ControlAct::Release,
        ControlEdge::Extend => {
            let seconds = params.text("duration")?.filter(|text| !text.is_empty());
            let by = seconds
                .map(|text| text.trim().parse::<u32>().map_err(|_| GraphError::invalid()))
                .transpose()?;
            ControlAct::Extend { by: by.map(|seconds| Span(i64::from(seconds) * Span::SECOND.0)) }
        }
    })
}
