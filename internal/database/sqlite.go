package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// The pragmas of every connection. The key comes first, or the others would
// already have to read the file; the busy timeout next, or setting WAL could
// meet a lock. Temporary tables stay in memory, out of reach of the disk. What is
// deleted is overwritten: who was erased is gone for whoever has file and key.
const pragmas = `
PRAGMA busy_timeout = 10000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = ON;
PRAGMA cache_size = -16000;
`

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	writer, err := sqlitePool(o, "", 1)
	if err != nil {
		return nil, err
	}
	if err := probe(ctx, writer); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	readers := o.Readers
	if readers <= 0 {
		readers = max(4, runtime.NumCPU())
	}
	reader, err := sqlitePool(o, "PRAGMA query_only = ON;", readers)
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return &DB{
		W: bun.NewDB(writer, sqlitedialect.New()),
		R: bun.NewDB(reader, sqlitedialect.New()),
	}, nil
}

// instantLayout is how bun writes instants. Naming it spares the driver trying
// every form that SQLite knows, which cost a board half its time.
const instantLayout = "2006-01-02 15:04:05.999999-07:00"

// sqlitePool opens up to n connections to the file. The key is set in the
// callback of each connection and never appears in a connection string, where a
// message could repeat it.
func sqlitePool(o Options, extra string, n int) (*sql.DB, error) {
	dsn := (&url.URL{
		Scheme:   "file",
		Opaque:   (&url.URL{Path: o.Path}).EscapedPath(),
		RawQuery: url.Values{"vfs": {encrypted(o.Path)}, "_txlock": {"immediate"}, "_timefmt": {instantLayout}}.Encode(),
	}).String()
	key := o.Key
	pool, err := driver.Open(dsn, func(c *sqlite3.Conn) error {
		if err := c.Exec("PRAGMA hexkey='" + key.hex("sqlite file") + "'"); err != nil {
			return err
		}
		return c.Exec(pragmas + extra)
	})
	if err != nil {
		return nil, fmt.Errorf("open sqlite file: %w", err)
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	return pool, nil
}

// probe reads the schema: the first read is where a wrong key shows.
func probe(ctx context.Context, pool *sql.DB) error {
	var n int
	err := pool.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n)
	if errors.Is(err, sqlite3.NOTADB) {
		return ErrWrongKey.Because(err)
	}
	if err != nil {
		return fmt.Errorf("read sqlite file: %w", err)
	}
	return nil
}
