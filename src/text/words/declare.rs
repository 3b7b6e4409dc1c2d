//! How a message is declared: a struct, the name of its template, and sample values.

use minijinja::Value;
use serde::Serialize;

/// A message: what its template may use, and which template that is.
pub trait Words: Serialize {
    /// The template's name, `file/section`.
    const NAME: &'static str;
}

/// A message filled with sample values.
pub(crate) struct Sample {
    pub(super) name: &'static str,
    pub(super) fields: &'static [&'static str],
    pub(super) values: Value,
}

/// Declares messages: `Name = "file/section" { field: Type = sample }`.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $template:literal {
        $($field:ident: $type:ty = $sample:expr),* $(,)?
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, serde::Serialize)]
            pub struct $name {
                $(
                    #[doc = concat!("`", stringify!($field), "` in the template.")]
                    pub $field: $type,
                )*
            }

            impl $crate::text::words::declare::Words for $name {
                const NAME: &'static str = $template;
            }
        )*

        pub(super) fn samples() -> Vec<$crate::text::words::declare::Sample> {
            vec![$($crate::text::words::declare::Sample {
                name: $template,
                fields: &[$(stringify!($field)),*],
                values: minijinja::Value::from(minijinja::value::Serde($name { $($field: $sample),* })),
            }),*]
        }
    };
}
pub(crate) use words;
