//! Records: what an event reports, with everything that readers, tables and schemas need from one declaration.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Measured;
use crate::measured::rounded;

/// A field of a record: its name and its description, which is the field's rustdoc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name, with its unit as suffix.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Whether it is a measured value with provenance.
    pub measured: bool,
}

/// What an event reports: plain values, and measured ones with their provenance.
pub trait Record {
    /// All fields in their order.
    const FIELDS: &'static [Field];

    /// The measured values by name, in their order.
    fn measured(&self) -> Vec<(&'static str, &Measured)>;
}

/// A plain value as it is written: numbers are rounded to what is meaningful and prints the same everywhere.
pub(crate) trait Plain {
    /// The value to serialise.
    type Written<'a>: Serialize
    where
        Self: 'a;
    /// Prepares it.
    fn written(&self) -> Self::Written<'_>;
}

impl Plain for f64 {
    type Written<'a> = f64;
    fn written(&self) -> f64 {
        rounded(*self)
    }
}

impl Plain for Option<f64> {
    type Written<'a> = Option<f64>;
    fn written(&self) -> Option<f64> {
        self.map(rounded)
    }
}

impl Plain for Vec<f64> {
    type Written<'a> = Vec<f64>;
    fn written(&self) -> Vec<f64> {
        self.iter().copied().map(rounded).collect()
    }
}

impl Plain for Vec<Option<f64>> {
    type Written<'a> = Vec<Option<f64>>;
    fn written(&self) -> Vec<Option<f64>> {
        self.iter().map(|value| value.map(rounded)).collect()
    }
}

/// Declares that values of these types are written as they are.
macro_rules! plain_as_is {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::record::Plain for $type {
            type Written<'a> = $type;
            fn written(&self) -> $type {
                self.clone()
            }
        }
    )+};
}
pub(crate) use plain_as_is;

plain_as_is!(
    u32,
    u64,
    bool,
    Option<u32>,
    Option<bool>,
    Option<String>,
    Vec<[f64; 2]>,
    &'static str,
    Option<&'static str>,
    Vec<&'static str>
);

/// Schema of one measured value: a number, or null where it could not be measured.
pub(crate) fn measured_schema(doc: &str) -> Schema {
    json_schema!({ "type": ["number", "null"], "description": doc.trim() })
}

/// Schema of the provenance of these measured values.
pub(crate) fn provenance_schema(generator: &mut SchemaGenerator, names: &[&str]) -> Schema {
    let each = generator.subschema_for::<Provenance>();
    let properties: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), each.clone().to_value())).collect();
    json_schema!({
        "type": "object",
        "description": "Where each measured value comes from.",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

/// The schema of what stands beside a measured value; [`Measured`] writes it.
struct Provenance;

impl JsonSchema for Provenance {
    fn schema_name() -> Cow<'static, str> {
        "Provenance".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let quality = generator.subschema_for::<crate::Quality>().to_value();
        json_schema!({
            "type": "object",
            "description": "Where a measured value comes from.",
            "properties": {
                "u": { "type": ["number", "null"], "description": "Standard uncertainty (1 σ) in the value's unit." },
                "method": { "type": "string", "description": "How it was measured." },
                "quality": quality,
                "reasons": {
                    "type": "array",
                    "items": { "type": "string" },
                    "description": "Why the quality is not high, and remarks that leave it."
                }
            },
            "required": ["u", "method", "quality", "reasons"],
            "additionalProperties": false,
        })
    }
}

/// Declares a record: a struct with plain fields and measured fields, its serialisation (plain fields, then each measured
/// value as a number or null, then their provenance), its JSON Schema and its list of fields. The rustdoc of a field is
/// its description everywhere.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            plain { $( $(#[doc = $plain_doc:expr])+ $plain:ident : $type:ty, )* }
            measured { $( $(#[doc = $measured_doc:expr])+ $measured:ident, )* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $( $(#[doc = $plain_doc])+ pub $plain: $type, )*
            $( $(#[doc = $measured_doc])+ pub $measured: $crate::Measured, )*
        }

        impl $crate::record::Record for $name {
            const FIELDS: &'static [$crate::record::Field] = &[
                $( $crate::record::Field {
                    name: stringify!($plain), doc: concat!($($plain_doc),+), measured: false,
                }, )*
                $( $crate::record::Field {
                    name: stringify!($measured), doc: concat!($($measured_doc),+), measured: true,
                }, )*
            ];

            fn measured(&self) -> Vec<(&'static str, &$crate::Measured)> {
                vec![ $( (stringify!($measured), &self.$measured), )* ]
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                #[allow(unused_imports)]
                use $crate::record::Plain;
                let mut map = serializer.serialize_map(None)?;
                $( map.serialize_entry(stringify!($plain), &self.$plain.written())?; )*
                $crate::measured::serialize_measured(&mut map, &$crate::record::Record::measured(self))?;
                map.end()
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                let mut required: Vec<&str> = Vec::new();
                $({
                    let mut schema = generator.subschema_for::<$type>();
                    schema.insert("description".to_owned(), concat!($($plain_doc),+).trim().into());
                    properties.insert(stringify!($plain).to_owned(), schema.to_value());
                    required.push(stringify!($plain));
                })*
                $({
                    let schema = $crate::record::measured_schema(concat!($($measured_doc),+));
                    properties.insert(stringify!($measured).to_owned(), schema.to_value());
                    required.push(stringify!($measured));
                })*
                let names: &[&str] = &[$(stringify!($measured)),*];
                properties.insert(
                    "provenance".to_owned(),
                    $crate::record::provenance_schema(generator, names).to_value(),
                );
                required.push("provenance");
                schemars::json_schema!({
                    "type": "object",
                    "properties": properties,
                    "required": required,
                    "additionalProperties": false,
                })
            }
        }
    };
}
pub(crate) use record;
