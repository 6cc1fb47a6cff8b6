package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"clepsydra/internal/source"
)

// query reads a database in a transaction that cannot write.
func (r *reading) query(ctx context.Context) (err error) {
	db, err := r.open()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // read only: there is nothing to lose
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return sqlFailure(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	if err := r.limitTime(ctx, tx); err != nil {
		return sqlFailure(ctx, err)
	}
	// Breaking off here closes the connection: the rest of a long result is not read.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows, err := tx.QueryContext(ctx, r.s.BareQuery())
	if err != nil {
		return sqlFailure(ctx, err)
	}
	defer rows.Close()
	if err := r.takeRows(rows); err != nil {
		cancel()
		return err
	}
	if err := rows.Err(); err != nil {
		return sqlFailure(ctx, err)
	}
	return nil
}

// limitTime has the server itself end a query that takes too long.
func (r *reading) limitTime(ctx context.Context, tx *sql.Tx) error {
	limit := r.f.limits.Whole
	if r.first > 0 {
		limit = min(limit, r.f.limits.Request)
	}
	if r.s.Kind == source.Postgres {
		_, err := tx.ExecContext(ctx, "SET LOCAL statement_timeout = "+strconv.FormatInt(limit.Milliseconds(), 10))
		return err
	}
	_, err := tx.ExecContext(ctx, "SET SESSION max_execution_time = "+strconv.FormatInt(limit.Milliseconds(), 10))
	var said *mysql.MySQLError
	if errors.As(err, &said) && said.Number == 1193 { // MariaDB calls it otherwise and counts in seconds
		_, err = tx.ExecContext(ctx, fmt.Sprintf("SET SESSION max_statement_time = %.3f", limit.Seconds()))
	}
	return err
}

func (r *reading) takeRows(rows *sql.Rows) error {
	names, err := rows.Columns()
	if err != nil {
		return sqlFailure(context.Background(), err)
	}
	for i, n := range names {
		if strings.TrimSpace(n) == "" || n == "?column?" {
			n = "column " + strconv.Itoa(i+1)
		}
		for k := 2; !r.columns.Reserve(n, i); k++ {
			n = names[i] + " " + strconv.Itoa(k)
		}
	}
	values := make([]any, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return source.Fail(source.Final, source.CodeQuery, errors.New("value cannot be read"))
		}
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = textOf(v)
		}
		if err := r.hand(row); err != nil {
			return err
		}
	}
	return nil
}

// textOf writes a value as a file would: a day without a time as a day, nothing for
// null and for the day that MySQL writes when there is none.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return withoutZeroDay(string(v))
	case string:
		return withoutZeroDay(v)
	case time.Time:
		if v.Hour() == 0 && v.Minute() == 0 && v.Second() == 0 && v.Nanosecond() == 0 {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format(time.RFC3339)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'f', -1, 32)
	}
	return fmt.Sprint(v)
}

func withoutZeroDay(s string) string {
	if strings.HasPrefix(s, "0000-00-00") {
		return ""
	}
	return s
}

func (r *reading) open() (*sql.DB, error) {
	if r.s.Kind == source.MySQL {
		return r.openMySQL()
	}
	return r.openPostgres()
}

func (r *reading) tls() (*tls.Config, error) {
	switch r.s.Security {
	case source.Plain:
		return nil, nil
	case source.Encrypted:
		return &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}, nil // the firm chose so, with a warning
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: r.s.Host}
	if r.s.CA != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM([]byte(r.s.CA)) {
			return nil, source.Fail(source.Final, source.CodeSetup, errors.New("certificate cannot be read"))
		}
		c.RootCAs = pool
	}
	return c, nil
}

// openPostgres sets everything itself: nothing may come from the environment or
// from files of whoever runs the program.
func (r *reading) openPostgres() (*sql.DB, error) {
	cfg, err := pgx.ParseConfig("host=localhost port=5432 user=nobody password=x dbname=x sslmode=disable passfile=/dev/null servicefile=/dev/null")
	if err != nil {
		return nil, source.Fail(source.Final, source.CodeSetup, errors.New("settings cannot be used"))
	}
	cfg.Host, cfg.Port, cfg.Database, cfg.User, cfg.Password = strings.Trim(r.s.Host, "[]"), uint16(r.s.PortOr()), r.s.Database, r.s.User, string(r.s.Secret)
	if cfg.TLSConfig, err = r.tls(); err != nil {
		return nil, err
	}
	cfg.Fallbacks = nil
	cfg.ConnectTimeout = r.f.limits.Request
	cfg.DialFunc = r.dialer().DialContext
	cfg.RuntimeParams = map[string]string{
		"application_name": "clepsydra", "default_transaction_read_only": "on", "client_encoding": "UTF8", "datestyle": "ISO",
	}
	return stdlib.OpenDB(*cfg), nil
}

func (r *reading) openMySQL() (*sql.DB, error) {
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr = "tcp", net.JoinHostPort(strings.Trim(r.s.Host, "[]"), strconv.Itoa(r.s.PortOr()))
	cfg.DBName, cfg.User, cfg.Passwd = r.s.Database, r.s.User, string(r.s.Secret)
	cfg.Timeout = r.f.limits.Request
	cfg.DialFunc = r.dialer().DialContext
	cfg.Logger = log.New(io.Discard, "", 0) // its words may hold what was read
	cfg.AllowCleartextPasswords = false
	var err error
	if cfg.TLS, err = r.tls(); err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, source.Fail(source.Final, source.CodeSetup, errors.New("settings cannot be used"))
	}
	return sql.OpenDB(connector), nil
}
