package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/uptrace/bun/migrate"

	migrations "clepsydra/db"
)

// advisoryLock is the number under which replicas take turns at migrating. It
// only has to be ours.
const advisoryLock = 7215830

// Migrate brings the schema up to date and returns the names of the files it
// applied. Each file is one transaction; a failing one leaves nothing behind and
// is tried again next time. A schema newer than the program gives
// ErrUnknownSchema and nothing is done.
func (db *DB) Migrate(ctx context.Context) (applied []string, err error) {
	m, err := db.migrator()
	if err != nil {
		return nil, err
	}
	unlock, err := db.lockMigrations(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := m.Init(ctx); err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	if err := refuseUnknown(ctx, m); err != nil {
		return nil, err
	}
	group, err := m.Migrate(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	for _, one := range group.Migrations {
		applied = append(applied, one.Name+"_"+one.Comment)
	}
	return applied, nil
}

// Pending returns the names of the migrations that are not applied yet.
func (db *DB) Pending(ctx context.Context) ([]string, error) {
	m, err := db.migrator()
	if err != nil {
		return nil, err
	}
	if err := m.Init(ctx); err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	if err := refuseUnknown(ctx, m); err != nil {
		return nil, err
	}
	all, err := m.MigrationsWithStatus(ctx)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	var names []string
	for _, one := range all.Unapplied() {
		names = append(names, one.Name+"_"+one.Comment)
	}
	return names, nil
}

func (db *DB) migrator() (*migrate.Migrator, error) {
	folder := "migrations/sqlite"
	if db.IsPostgres() {
		folder = "migrations/postgres"
	}
	// One folder per dialect: discovering their parent would merge files of the
	// same name into one migration.
	sub, err := fs.Sub(migrations.Migrations, folder)
	if err != nil {
		return nil, fmt.Errorf("open migrations: %w", err)
	}
	set := migrate.NewMigrations()
	if err := set.Discover(sub); err != nil {
		return nil, fmt.Errorf("discover migrations: %w", err)
	}
	// Without this option bun marks a file as applied before it runs it.
	return migrate.NewMigrator(db.W, set, migrate.WithMarkAppliedOnSuccess(true)), nil
}

func refuseUnknown(ctx context.Context, m *migrate.Migrator) error {
	missing, err := m.MissingMigrations(ctx)
	if err != nil {
		return fmt.Errorf("compare migrations: %w", err)
	}
	if len(missing) > 0 {
		return ErrUnknownSchema.With("Name", missing[0].Name)
	}
	return nil
}

// lockMigrations makes replicas on PostgreSQL wait for each other; the lock dies
// with its connection, so a crash leaves none behind. On SQLite the transaction
// of each file is lock enough.
func (db *DB) lockMigrations(ctx context.Context) (unlock func() error, err error) {
	if !db.IsPostgres() {
		return func() error { return nil }, nil
	}
	conn, err := db.W.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock migrations: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", advisoryLock); err != nil {
		return nil, errors.Join(fmt.Errorf("lock migrations: %w", err), conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(?)", advisoryLock)
		return errors.Join(err, conn.Close())
	}, nil
}
