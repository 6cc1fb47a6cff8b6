package fetch_test

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"

	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/fetch"
	"clepsydra/internal/source"
)

// mysqlEnv names the variable with user and address of the MySQL or MariaDB server
// that tests may use, mysqlCAEnv that with its certificate. In CI their absence is a
// failure.
const (
	mysqlEnv   = "CLEPSYDRA_TEST_MYSQL"
	mysqlCAEnv = "CLEPSYDRA_TEST_MYSQL_CA"
)

const customers = `CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(100), email VARCHAR(100), born DATE, seen TIMESTAMP NULL, paid DECIMAL(8,2), news BOOLEAN);
INSERT INTO customers VALUES (1, 'Renée Çelik', 'renee@example.com', '1980-05-01', '2026-01-02 03:04:05', 12.50, true);
INSERT INTO customers VALUES (2, NULL, 'bob@example.com', NULL, NULL, NULL, false);`

// withMySQL makes a database with customers and a user who may read and write, so
// that it is the transaction that guards.
func withMySQL(t *testing.T) source.Source {
	t.Helper()
	at := os.Getenv(mysqlEnv)
	if at == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set: in CI MariaDB may not be left out", mysqlEnv)
		}
		t.Skipf("%s is not set", mysqlEnv)
	}
	user, address, _ := strings.Cut(at, "@")
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.MultiStatements = user, "tcp", address, true
	admin, err := mysql.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(admin)
	name := "t" + strconv.FormatInt(time.Now().UnixNano(), 36)
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + name + "; DROP USER " + name); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	setup := "CREATE DATABASE " + name + " CHARACTER SET utf8mb4; USE " + name + ";" + customers +
		"CREATE USER " + name + " IDENTIFIED BY 'right'; GRANT ALL ON " + name + ".* TO " + name
	if _, err := db.Exec(setup); err != nil {
		t.Fatal(err)
	}
	host, port, _ := strings.Cut(address, ":")
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return source.Source{
		Name: "Shop", Kind: source.MySQL, Host: host, Port: n, Database: name, User: name, Secret: "right", Security: source.Plain,
		Query: "SELECT * FROM customers ORDER BY id",
	}
}

// withPostgres makes a schema with customers.
func withPostgres(t *testing.T) source.Source {
	t.Helper()
	at := databasetest.PostgresURL(t)
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.Exec(customers); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return source.Source{
		Name: "Shop", Kind: source.Postgres, Host: u.Hostname(), Port: n, Database: strings.TrimPrefix(u.Path, "/"), User: u.User.Username(),
		Security: source.Plain, Query: "SELECT * FROM " + u.Query().Get("search_path") + ".customers ORDER BY id",
	}
}

func eachDatabase(t *testing.T, fn func(t *testing.T, s source.Source)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T) source.Source{"mysql": withMySQL, "postgres": withPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, open(t))
		})
	}
}

func TestADatabaseIsRead(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, s source.Source) {
		rows, headings, err := read(t, plainFetcher(), s, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(headings, []string{"id", "name", "email", "born", "seen", "paid", "news"}) {
			t.Errorf("headings %q", headings)
		}
		if len(rows) != 2 || !slices.Equal(rows[0][:4], []string{"1", "Renée Çelik", "renee@example.com", "1980-05-01"}) ||
			!strings.HasPrefix(rows[0][4], "2026-01-02") || rows[0][5] != "12.50" || rows[0][6] != "1" && rows[0][6] != "true" {
			t.Errorf("rows %q", rows)
		}
		if !slices.Equal(rows[1][:6], []string{"2", "", "bob@example.com", "", "", ""}) {
			t.Errorf("nulls %q", rows[1])
		}
		if rows, _, err := read(t, plainFetcher(), s, 1); err != nil || len(rows) != 1 {
			t.Errorf("first row: %v %v", rows, err)
		}
		s.Query = "SELECT id, id, 1 + 1 FROM (" + s.BareQuery() + ") AS x"
		if _, headings, err = read(t, plainFetcher(), s, 0); err != nil || headings[0] != "id" || headings[1] != "id 2" || len(headings) != 3 {
			t.Errorf("headings %q %v", headings, err)
		}
	})
}

func TestADatabaseSaysNo(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, s source.Source) {
		nowhere := s
		nowhere.Query = "SELECT shoe FROM nowhere"
		_, _, err := read(t, plainFetcher(), nowhere, 0)
		if f := fails(t, err, source.Final, source.CodeQuery); !strings.Contains(f.Detail, "nowhere") || strings.Contains(f.Error(), "nowhere") {
			t.Errorf("detail %q, error %q", f.Detail, f.Error())
		}
		slow := s
		slow.Query = map[source.Kind]string{source.MySQL: "SELECT SLEEP(20) AS a", source.Postgres: "SELECT pg_sleep(20)"}[s.Kind]
		_, _, err = read(t, fetch.New(noon, new(clock).after, fetch.Limits{Whole: 400 * time.Millisecond}), slow, 0)
		if s.Kind == source.Postgres {
			fails(t, err, source.Passing, source.CodeSlow)
		} else if err != nil { // MariaDB ends the sleep and answers with a row
			fails(t, err, source.Passing, source.CodeSlow)
		}
		other := s
		other.Database = "no_such_database"
		_, _, err = read(t, plainFetcher(), other, 0)
		fails(t, err, source.Final, map[source.Kind]string{source.MySQL: source.CodeAuth, source.Postgres: source.CodeDatabase}[s.Kind])
		stranger := s
		stranger.User, stranger.Secret = "stranger", "wrong"
		_, _, err = read(t, plainFetcher(), stranger, 0)
		fails(t, err, source.Final, source.CodeAuth)
		for _, l := range []fetch.Limits{{Rows: 1}, {Bytes: 10}} {
			_, _, err = read(t, fetch.New(noon, new(clock).after, l), s, 0)
			fails(t, err, source.Final, source.CodeLarge)
		}
		gone := s
		gone.Port = 1
		_, _, err = read(t, plainFetcher(), gone, 0)
		fails(t, err, source.Passing, source.CodeNetwork)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for _, err = range plainFetcher().Read(ctx, s, 0).Rows {
		}
		if err == nil {
			t.Error("a reading that was broken off went on")
		}
	})
}

// A query that gets past the words cannot write: the transaction is what guards.
func TestNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	s := withPostgres(t)
	schema, _, _ := strings.Cut(strings.TrimPrefix(s.Query, "SELECT * FROM "), ".")
	db, err := sql.Open("pgx", "postgres://"+s.User+"@"+s.Host+":"+strconv.Itoa(s.Port)+"/"+s.Database+"?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("CREATE FUNCTION " + schema + ".sly() RETURNS int LANGUAGE sql AS 'DELETE FROM " + schema + ".customers RETURNING 1'"); err != nil {
		t.Fatal(err)
	}
	s.Query = "SELECT " + schema + ".sly()"
	_, _, err = read(t, plainFetcher(), s, 0)
	fails(t, err, source.Final, source.CodeWrites)
	var n int
	if err := db.QueryRow("SELECT count(*) FROM " + schema + ".customers").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows left, %v", n, err)
	}
}

func TestNothingCanBeWrittenToMySQL(t *testing.T) {
	t.Parallel()
	s := withMySQL(t)
	owner := mysql.NewConfig()
	owner.User, owner.Passwd, owner.DBName, owner.Net, owner.Addr = s.User, "right", s.Database, "tcp", s.Host+":"+strconv.Itoa(s.Port)
	connector, err := mysql.NewConnector(owner)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("CREATE FUNCTION sly() RETURNS INT MODIFIES SQL DATA BEGIN DELETE FROM customers; RETURN 1; END"); err != nil {
		t.Fatal(err)
	}
	s.Query = "SELECT sly()"
	_, _, err = read(t, plainFetcher(), s, 0)
	fails(t, err, source.Final, source.CodeWrites)
	var n int
	if err := db.QueryRow("SELECT count(*) FROM customers").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows left, %v", n, err)
	}
}

func TestADatabaseIsReadEncrypted(t *testing.T) {
	t.Parallel()
	s := withMySQL(t)
	s.Query = "SHOW"
	_, _, err := read(t, plainFetcher(), s, 0)
	fails(t, err, source.Final, source.CodeSetup)
	ca, err := os.ReadFile(os.Getenv(mysqlCAEnv))
	if err != nil {
		t.Fatal(err)
	}
	s.Query = "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'"
	s.Security = source.Verified
	_, _, err = read(t, plainFetcher(), s, 0)
	fails(t, err, source.Final, source.CodeTLS)
	for _, how := range []source.Source{{Security: source.Verified, CA: string(ca)}, {Security: source.Encrypted}} {
		s.Security, s.CA = how.Security, how.CA
		if rows, _, err := read(t, plainFetcher(), s, 0); err != nil || len(rows) != 1 || rows[0][0] == "" {
			t.Errorf("%s: %v %v", how.Security, rows, err)
		}
	}
	p := withPostgres(t) // of the tests: without encryption
	p.Security = source.Encrypted
	_, _, err = read(t, plainFetcher(), p, 0)
	fails(t, err, source.Final, source.CodeNoTLS)
}
