//! Rows in the binary form of COPY.

use ennead_core::{Kind, Value};
use ennead_sql::Shape;
use sqlx::Error;
use sqlx::postgres::PgConnection;

use super::types;

/// How many bytes are sent at once.
const PIECE: usize = 128 * 1024;
/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What stands where the next row would.
const END: i16 = -1;

/// Sends rows behind a COPY statement. All of them are created, or none.
pub(super) async fn rows(conn: &mut PgConnection, shape: &Shape, rows: &[Vec<Value>]) -> Result<u64, Error> {
    let mut copy = conn.copy_in_raw(&shape.sql).await?;
    let mut piece = Vec::with_capacity(PIECE + PIECE / 8);
    piece.extend_from_slice(HEADER);
    for row in rows {
        encode(row, &shape.row_kinds, &mut piece);
        if piece.len() >= PIECE {
            copy.send(piece.as_slice()).await?;
            piece.clear();
        }
    }
    piece.extend_from_slice(&END.to_be_bytes());
    copy.send(piece.as_slice()).await?;
    copy.finish().await
}

/// The number of columns, then each value behind its length.
fn encode(row: &[Value], kinds: &[Kind], out: &mut Vec<u8>) {
    out.extend_from_slice(&(row.len() as i16).to_be_bytes());
    for (value, kind) in row.iter().zip(kinds) {
        types::behind_length(value, kind, out);
    }
}
