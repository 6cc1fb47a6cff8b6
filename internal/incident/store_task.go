package incident

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type taskRow struct {
	bun.BaseModel `bun:"table:tasks"`

	ID         string `bun:",pk"`
	IncidentID string
	Step       string
	Title      string
	Role       string
	DueAt      time.Time `bun:",nullzero"`
	IsGate     bool
	DoneAt     time.Time `bun:",nullzero"`
	DoneBy     string
	Note       string
	Position   int
}

// InsertTasks writes new tasks.
func InsertTasks(ctx context.Context, tx bun.IDB, tasks []Task) error {
	if len(tasks) == 0 {
		return nil
	}
	rows := make([]taskRow, len(tasks))
	for k, t := range tasks {
		rows[k] = taskRowOf(t)
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("incident: insert tasks: %w", err)
	}
	return nil
}

// SaveTask writes the state of a task.
func SaveTask(ctx context.Context, tx bun.IDB, t Task) error {
	row := taskRowOf(t)
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("incident: save task: %w", err)
	}
	return nil
}

// TaskByID returns a task, or ErrTaskNotFound.
func TaskByID(ctx context.Context, db bun.IDB, id string) (Task, error) {
	var row taskRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Task{}, ErrTaskNotFound
	}
	if err != nil {
		return Task{}, fmt.Errorf("incident: task: %w", err)
	}
	return row.task(), nil
}

// TasksOf returns the tasks of an incident in their order.
func TasksOf(ctx context.Context, db bun.IDB, id ID) ([]Task, error) {
	var rows []taskRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("position, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: tasks: %w", err)
	}
	out := make([]Task, len(rows))
	for k, r := range rows {
		out[k] = r.task()
	}
	return out, nil
}
