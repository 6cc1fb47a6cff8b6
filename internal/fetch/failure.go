package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"clepsydra/internal/source"
)

// netFailure classifies what went wrong on the way. The cause is left out of the
// failure: it may quote an address with a key in it.
func netFailure(ctx context.Context, err error) error {
	var f *source.Failure
	if errors.As(err, &f) {
		return f
	}
	if isTLS(err) {
		return source.Fail(source.Final, source.CodeTLS, errors.New("certificate"))
	}
	var timeout interface{ Timeout() bool }
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return source.Fail(source.Passing, source.CodeSlow, errors.New("no answer in time"))
	}
	return source.Fail(source.Passing, source.CodeNetwork, errors.New("connection failed"))
}

func isTLS(err error) bool {
	var (
		unknown  x509.UnknownAuthorityError
		host     x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		alertErr tls.AlertError
	)
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alertErr)
}

// sqlFailure classifies what a database said. Only about the query itself its words
// are kept, for whoever tries it: they name tables and columns. Other messages may
// quote values.
func sqlFailure(ctx context.Context, err error) error {
	var f *source.Failure
	if errors.As(err, &f) {
		return f
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fromPostgres(pg)
	}
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		return fromMySQL(my)
	}
	if errors.Is(err, mysql.ErrNoTLS) || isPostgresWithoutTLS(err) {
		return source.Fail(source.Final, source.CodeNoTLS, errors.New("no encryption"))
	}
	return netFailure(ctx, err)
}

// isPostgresWithoutTLS recognises pgx's refusal, which has no type of its own.
func isPostgresWithoutTLS(err error) bool {
	return strings.Contains(err.Error(), "server refused TLS connection")
}

func fromPostgres(e *pgconn.PgError) error {
	because := errors.New("SQLSTATE " + e.Code)
	switch class := e.Code[:min(2, len(e.Code))]; {
	case class == "28":
		return source.Fail(source.Final, source.CodeAuth, because)
	case class == "3D":
		return source.Fail(source.Final, source.CodeDatabase, because)
	case e.Code == "25006":
		return source.Fail(source.Final, source.CodeWrites, because)
	case e.Code == "42501":
		return source.Fail(source.Final, source.CodeRights, because)
	case class == "42":
		f := source.Fail(source.Final, source.CodeQuery, because)
		f.Detail = e.Message
		return f
	case e.Code == "57014":
		return source.Fail(source.Passing, source.CodeSlow, because)
	case class == "08", class == "53", class == "57", class == "58":
		return source.Fail(source.Passing, source.CodeServer, because)
	}
	return source.Fail(source.Final, source.CodeQuery, because)
}

func fromMySQL(e *mysql.MySQLError) error {
	because := errors.New("SQLSTATE " + string(e.SQLState[:]))
	switch e.Number {
	case 1044, 1045, 1698, 1251, 4151: // access denied, also for the database; account locked
		return source.Fail(source.Final, source.CodeAuth, because)
	case 1142, 1143, 1227, 1370:
		return source.Fail(source.Final, source.CodeRights, because)
	case 1049:
		return source.Fail(source.Final, source.CodeDatabase, because)
	case 1792, 1290:
		return source.Fail(source.Final, source.CodeWrites, because)
	case 3159, 3908: // the server or the account wants encryption
		return source.Fail(source.Final, source.CodeNoTLS, because)
	case 1064, 1054, 1146, 1305, 1052, 1055, 1066:
		f := source.Fail(source.Final, source.CodeQuery, because)
		f.Detail = e.Message
		return f
	case 3024, 1969, 1317: // took longer than allowed
		return source.Fail(source.Passing, source.CodeSlow, because)
	case 1040, 1203, 1226, 1205, 1213, 1053, 1129:
		return source.Fail(source.Passing, source.CodeServer, because)
	}
	return source.Fail(source.Final, source.CodeQuery, because)
}
