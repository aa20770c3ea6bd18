//! A connection to one of the two databases, which reads and writes rows of any table.

use secrecy::ExposeSecret as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, Postgres, QueryBuilder, Row as _, Sqlite,
    SqliteConnection,
};

use super::tables::{Kind, Row, TABLES, Table, Value};
use crate::config::Database;
use crate::store::engine::unfinished_move;
use crate::store::{Error, Result};

/// The connection. Both have the tables of this version.
pub(super) enum Side {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs a body on either; `$driver` names its database.
macro_rules! on_side {
    ($side:expr, $driver:ident, $connection:ident => $body:expr) => {
        match $side {
            Side::Sqlite($connection) => {
                type $driver = Sqlite;
                $body
            }
            Side::Postgres($connection) => {
                type $driver = Postgres;
                $body
            }
        }
    };
}

/// Adds a value, as a parameter, with a method of the query builder or of its list.
macro_rules! bind {
    ($query:expr, $value:expr) => {
        match $value {
            Value::Integer(value) => $query.push_bind(*value),
            Value::Boolean(value) => $query.push_bind(*value),
            Value::Text(value) => $query.push_bind(value.clone()),
            Value::Bytes(value) => $query.push_bind(value.clone()),
            Value::Uuid(value) => $query.push_bind(*value),
        }
    };
}

/// Adds the bounds of a range of keys.
macro_rules! within {
    ($query:expr, $key:expr, $after:expr, $up_to:expr) => {
        $query.push(" where true");
        if let Some(after) = $after {
            $query.push(format!(" and {} > ", $key));
            bind!($query, after);
        }
        if let Some(up_to) = $up_to {
            $query.push(format!(" and {} <= ", $key));
            bind!($query, up_to);
        }
    };
}

impl Side {
    /// Connects.
    pub(super) async fn connect(database: &Database) -> Result<Self> {
        Ok(match database {
            Database::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .foreign_keys(true);
                Self::Sqlite(options.connect().await?)
            }
            Database::Postgres(url) => {
                let options: PgConnectOptions = url.expose_secret().parse()?;
                Self::Postgres(options.connect().await?)
            }
        })
    }

    /// Closes the connection. SQLite then merges everything into the one file.
    pub(super) async fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.close().await?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }

    /// Keeps servers away from PostgreSQL as long as this is connected; returns false if one runs. For
    /// SQLite a lock file does that.
    pub(super) async fn exclude(&mut self) -> Result<bool> {
        match self {
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(connection) => unfinished_move::exclude(connection).await,
        }
    }

    /// Returns every table with its columns; `None` if this is SQLite, whose types say less.
    pub(super) async fn tables(&mut self) -> Result<Option<Vec<Table>>> {
        let Self::Postgres(connection) = self else {
            return Ok(None);
        };
        let mut tables = Vec::new();
        for (name, primary) in TABLES {
            let columns: Vec<(String, String)> = sqlx::query_as(
                "select column_name::text, data_type::text from information_schema.columns
                 where table_schema = current_schema() and table_name = $1
                 order by column_name <> $2, ordinal_position",
            )
            .bind(name)
            .bind(primary)
            .fetch_all(&mut *connection)
            .await?;
            let columns = columns.into_iter().map(|(column, kind)| {
                let kind = Kind::of_postgres(&kind);
                let unknown = || Error::Row(sqlx::Error::ColumnNotFound(column.clone()));
                Ok((column.clone(), kind.ok_or_else(unknown)?))
            });
            tables.push(Table {
                name,
                columns: columns.collect::<Result<_>>()?,
            });
        }
        Ok(Some(tables))
    }

    /// Counts the rows of a table.
    pub(super) async fn count(&mut self, table: &str) -> Result<i64> {
        let count = format!("select count(*) from {table}");
        Ok(on_side!(self, Driver, connection => {
            sqlx::query_scalar::<Driver, i64>(&count).fetch_one(connection).await?
        }))
    }

    /// Reads rows in the order of their keys, after one key and up to another, and at most so many.
    pub(super) async fn read(
        &mut self,
        table: &Table,
        after: Option<&Value>,
        up_to: Option<&Value>,
        most: i64,
    ) -> Result<Vec<Row>> {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| &**name).collect();
        let key = self.key(table);
        Ok(on_side!(self, Driver, connection => {
            let start = format!("select {} from {}", names.join(", "), table.name);
            let mut query = QueryBuilder::<Driver>::new(start);
            within!(query, key, after, up_to);
            query.push(format!(" order by {key} limit {most}"));
            let rows = query.build().fetch_all(connection).await?;
            let rows = rows.iter().map(|row| {
                let values = table.columns.iter().enumerate().map(|(index, (_, kind))| {
                    Ok(match kind {
                        Kind::Integer => Value::Integer(row.try_get(index)?),
                        Kind::Boolean => Value::Boolean(row.try_get(index)?),
                        Kind::Text => Value::Text(row.try_get(index)?),
                        Kind::Bytes => Value::Bytes(row.try_get(index)?),
                        Kind::Uuid => Value::Uuid(row.try_get(index)?),
                    })
                });
                values.collect::<Result<Row>>()
            });
            rows.collect::<Result<_>>()?
        }))
    }

    /// Puts rows in the place of all rows after one key and up to another, in one transaction.
    pub(super) async fn replace(
        &mut self,
        table: &Table,
        after: Option<&Value>,
        up_to: Option<&Value>,
        rows: &[Row],
    ) -> Result<()> {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| &**name).collect();
        let key = self.key(table);
        on_side!(self, Driver, connection => {
            let mut tx = connection.begin().await?;
            let mut query = QueryBuilder::<Driver>::new(format!("delete from {}", table.name));
            within!(query, key, after, up_to);
            query.build().execute(&mut *tx).await?;
            if !rows.is_empty() {
                let start = format!("insert into {} ({}) ", table.name, names.join(", "));
                let mut query = QueryBuilder::<Driver>::new(start);
                query.push_values(rows, |mut list, row| {
                    for value in row {
                        bind!(list, value);
                    }
                });
                query.build().execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }

    /// Returns the key, in an order that is the same in both databases: that of its bytes.
    fn key(&self, table: &Table) -> String {
        let (name, kind) = &table.columns[0];
        match (self, kind) {
            (Self::Postgres(_), Kind::Text) => format!("{name} collate \"C\""),
            _ => name.clone(),
        }
    }

    /// Marks the database as one that has not everything yet: no server runs on it.
    pub(super) async fn mark(&mut self) -> Result<()> {
        on_side!(self, Driver, connection => {
            sqlx::query::<Driver>(unfinished_move::MARK).execute(connection).await?;
        });
        Ok(())
    }

    /// Is it marked so?
    pub(super) async fn is_marked(&mut self) -> Result<bool> {
        match self {
            Self::Sqlite(connection) => unfinished_move::in_sqlite(connection).await,
            Self::Postgres(connection) => unfinished_move::in_postgres(connection).await,
        }
    }

    /// Ends the mark.
    pub(super) async fn unmark(&mut self) -> Result<()> {
        on_side!(self, Driver, connection => {
            sqlx::query::<Driver>(unfinished_move::UNMARK).execute(connection).await?;
        });
        Ok(())
    }
}
