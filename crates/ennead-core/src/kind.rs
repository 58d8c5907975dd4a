//! The logical types of fields.

/// The logical type of a field: one for both databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `String` and text newtypes.
    Text,
    /// `bool`.
    Bool,
    /// `i16`.
    I16,
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `f32`, finite.
    F32,
    /// `f64`, finite.
    F64,
    /// `Decimal`, with precision and scale or without.
    Decimal(Option<Precision>),
    /// `Uuid`.
    Uuid,
    /// `DateTime<Utc>`, to the microsecond.
    DateTime,
    /// `NaiveDate`.
    Date,
    /// `NaiveTime`, to the microsecond.
    Time,
    /// `NaiveDateTime`, to the microsecond.
    NaiveDateTime,
    /// `Vec<u8>`.
    Bytes,
    /// `serde_json::Value` and `Json<T>`.
    Json,
    /// `Encrypted<T>`: bytes that the library seals and opens.
    Encrypted,
    /// A `DbEnum`.
    Enum(&'static EnumDef),
    /// A `Vec` of scalars.
    Array(&'static Kind),
}

/// How many digits a decimal column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Precision {
    /// All digits, 1 to 28.
    pub precision: u8,
    /// Those behind the point, at most `precision`.
    pub scale: u8,
}

/// An enumeration, as `#[derive(DbEnum)]` declares it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct EnumDef {
    /// The Rust name.
    pub name: &'static str,
    /// The name of the native Postgres type.
    pub type_name: &'static str,
    /// The stored names in the order of the variants.
    pub variants: &'static [&'static str],
    /// Whether Postgres holds it as a native enum rather than as text with a CHECK.
    pub native: bool,
    /// The doc comment.
    pub doc: &'static str,
}

impl Kind {
    /// The same kind with precision and scale: what `#[column(precision = 18, scale = 4)]` emits.
    ///
    /// # Panics
    /// At compile time only: on a kind that is not a decimal, or a scale over the precision.
    #[must_use]
    pub const fn with_precision(self, precision: u8, scale: u8) -> Self {
        assert!(matches!(self, Kind::Decimal(_)), "precision and scale are for Decimal fields");
        assert!(precision >= 1 && precision <= 28, "precision goes from 1 to 28");
        assert!(scale <= precision, "scale is at most the precision");
        Kind::Decimal(Some(Precision { precision, scale }))
    }

    /// Its name for messages: the Rust type.
    #[must_use]
    pub fn rust_name(&self) -> &'static str {
        match self {
            Kind::Text => "String",
            Kind::Bool => "bool",
            Kind::I16 => "i16",
            Kind::I32 => "i32",
            Kind::I64 => "i64",
            Kind::F32 => "f32",
            Kind::F64 => "f64",
            Kind::Decimal(_) => "Decimal",
            Kind::Uuid => "Uuid",
            Kind::DateTime => "DateTime<Utc>",
            Kind::Date => "NaiveDate",
            Kind::Time => "NaiveTime",
            Kind::NaiveDateTime => "NaiveDateTime",
            Kind::Bytes => "Vec<u8>",
            Kind::Json => "JSON",
            Kind::Encrypted => "Encrypted",
            Kind::Enum(def) => def.name,
            Kind::Array(_) => "Vec",
        }
    }

    /// Whether it is an integer, and its bounds.
    #[must_use]
    pub fn integer_bounds(&self) -> Option<(i64, i64)> {
        match self {
            Kind::I16 => Some((i16::MIN.into(), i16::MAX.into())),
            Kind::I32 => Some((i32::MIN.into(), i32::MAX.into())),
            Kind::I64 => Some((i64::MIN, i64::MAX)),
            _ => None,
        }
    }
}
