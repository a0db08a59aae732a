//! Rules: requests and answers: paths, tokens, encodings, errors.

macro_rules! requests {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            Ids, "M-02", "ids are texts", [], Documented, SEND,
                "Ids travel as JSON strings of digits. A page-scoped id has 16 digits here.";
            MessageIds, "M-03", "message ids", [], Observed, LOGS,
                "The id of a message is m_ and url-safe characters, 64 of them here. The answer to a send, the echo, receipts and reactions all name it so.";
            TraceIds, "M-04", "trace ids", [], Observed, ERRORS,
                "Every error carries fbtrace_id, A and 22 url-safe characters, which differs from call to call.";
            Hosts, "M-05", "the hosts of the platform", [], Observed, LOGS,
                "graph.facebook.com, graph-video.facebook.com and graph.instagram.com are served, in whichever way a client reaches the emulator.";
            ForeignCaller, "M-05a", "calls by another name, or from a page elsewhere", [], Inferred, CHOICE,
                "A call is refused with status 403, code 1, when its Host is neither a name of this machine, nor a host of the platform that is served here, nor one that --allow-host names, or when its Origin is a page of another host. A call without Host or without Origin is none of these.";
            HttpLimits, "M-05b", "requests have limits", [], Inferred, CHOICE,
                "A request that is not HTTP/1.1, or whose body cannot be read, is refused with code 1 in the emulator's own words. So is one whose header is larger than 16 KiB (status 431) or takes longer than 30 seconds (408), and one whose body is larger than 26 MiB (413) or takes longer than 60 seconds (408). With 1,024 connections open, another is refused with status 503, code 2.";
            Versions, "M-08", "old versions are served", [], Documented, GRAPH,
                "Versions up to v26.0 were released. A call to a version that has expired is served by the oldest one that can still be used, a call without a version by v25.0; the header facebook-api-version names the version that served, not the one that was asked for.";
            MethodOverride, "M-11", "a parameter may name the method", [], Documented, GRAPH,
                "A GET or POST with the parameter method is the call with that method: get, post or delete.";
            PathSpelling, "M-12", "slashes and letters in paths", [], Inferred, CHOICE,
                "A slash too many, before, between or after the parts of a path, does not matter. Edges are written in small letters.";
            Encodings, "M-13", "parameters come from everywhere", [], Documented, GRAPH,
                "Parameters may come in the query, as JSON, as a form or in parts, with nested values as JSON text or with names in brackets; a body that begins like JSON is JSON whatever its header says, and the body wins over the query. What is in no encoding is refused with code 100.";
            RelaxedJson, "M-14", "relaxed JSON in text", [], Documented, SEND,
                "JSON in a text may have single quotes and keys without quotes, as the platform's own examples do.";
            Lists, "M-15", "lists", [], Observed, LOGS,
                "A list is a JSON array, an array in a text, text with commas, or a repeated name with brackets; blanks around items do not count.";
            Booleans, "M-17", "booleans", [], Inferred, CHOICE,
                "A boolean is true or false, as JSON or as a text, or 1 or 0.";
            TokenPlace, "M-20", "where the token stands", [], Documented, GRAPH,
                "The token is the parameter access_token, in the query or the body, or stands in the header Authorization as Bearer or OAuth. The parameter comes first.";
            ProofChecked, "M-22", "a proof of the app secret", [], Documented, GRAPH,
                "A call may carry appsecret_proof, the HMAC-SHA256 of its token under the secret of the token's app, or of the token, a bar and appsecret_time. A wrong one is refused with code 100, and so is a missing one where the app requires it.";
            ErrorBody, "M-24", "the body of an error", [], Documented, GRAPH,
                "An error has message, type, code, where there is one error_subcode, and fbtrace_id, in that order. The message begins with the code in brackets, apart from errors of tokens and of paths.";
            ErrorHeader, "M-27", "the header of an error", [], Observed, LOGS,
                "An error carries WWW-Authenticate with OAuth, Facebook Platform, the kind of error and the message.";
            AnswerHeaders, "M-28", "the headers of an answer", [], Observed, LOGS,
                "Answers are JSON in UTF-8 that is not to be cached and that any web page may read, with the version that served and trace ids of their own.";
            AnswerEscapes, "M-29", "answers are plain ASCII", [], Observed, LOGS,
                "In answers of Graph a slash stands as \\/ and everything that is not ASCII as \\u and four small hexadecimal digits.";
            Presentation, "M-33", "callbacks and hidden statuses", [], Documented, GRAPH,
                "With callback the answer is a script with status 200 that calls the function; with suppress_http_code an error has status 200.";
            Etags, "M-34", "what was read already", [], Documented, GRAPH,
                "An answer to a GET carries an ETag; a GET that names it in If-None-Match gets status 304 and no body.";
            UnknownField, "M-36", "fields that do not exist", [], Observed, LOGS,
                "A field that a node does not have is refused with code 100.";
            TokenUnknown, "M-48", "an unknown token", [], Observed, ERRORS,
                "A token that the platform never gave out is refused with code 190.";
            RealToken, "M-48a", "tokens of the real platform are refused", [], Inferred, CHOICE,
                "A call that carries what looks like a token of the real platform, wherever it stands, is refused like an unknown token, and nothing of it is written down.";
            TokenEnded, "M-49", "tokens end", [], Observed, ERRORS,
                "A Page token that has run out is refused with code 190, subcode 463; after a change of password with subcode 460; after the app was removed with subcode 458.";
            TokenRequired, "M-54", "a call needs a token", [], Observed, LOGS,
                "Without a token, or with an app token, me means nobody: code 2500. On any other node a missing token is code 104. An app token where a Page token is needed is code 210.";
            UnknownPath, "M-55", "unknown edges and versions", [], Observed, LOGS,
                "An edge that does not exist, or a version that never was, is refused with code 2500 and the rest of the path.";
            UnknownNode, "M-57", "unknown nodes", [], Observed, ERRORS,
                "A node that does not exist or that the token may not see is refused with code 100, subcode 33.";
            ServiceUnavailable, "M-60", "the service is unavailable", [], Documented, ERRORS,
                "A call that the service cannot carry out for reasons of its own is refused with status 500, code 2. The emulator answers so when it cannot write its journal.";
            NotThereYet, "M-61a", "what the platform has and the emulator lacks", [], Inferred, CHOICE,
                "Nodes, edges, fields, parameters and values that the platform has and this version of the emulator lacks are refused with code 3 in the emulator's own words, never in those of the platform.";
            ClientSecret, "M-66", "the app token is id and secret", [], Observed, LOGS,
                "An app token is the app's id, a bar and its secret. A wrong secret is refused with code 1, an id that no app has with code 101.";
            ParameterRequired, "M-73", "required parameters", [], Observed, LOGS,
                "A call without a parameter that it needs is refused with code 100 and the parameter's name.";
            InvalidParameter, "M-106", "invalid parameters", [], Observed, LOGS,
                "A parameter of the wrong kind is refused with code 100.";
            OrderOfChecks, "M-150", "the order in which a call is checked", [], Inferred, CHOICE,
                "Of several faults in one call the first of this list is answered: token, route, permission of the route, shape of the recipient, message or sender action, the other parameters, permission that a parameter needs, recipient unknown, recipient unreachable, and then what C-97 says.";
        }
    };
}
pub(super) use requests;
