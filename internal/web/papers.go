package web

import (
	"context"
	"io"
	"time"

	"clepsydra/internal/firm"
	"clepsydra/internal/notification"
)

// Papers makes the PDFs and spreadsheets that pages offer.
type Papers interface {
	// Notification writes the notification as a PDF in the order of the
	// authority's form, with what is missing marked.
	Notification(ctx context.Context, w io.Writer, d notification.Dossier, p Paper) error
	// Register writes the register of breaches as pdf, xlsx or csv.
	Register(ctx context.Context, w io.Writer, format string, r RegisterTable) error
	// Requests writes the register of requests as pdf, xlsx or csv.
	Requests(ctx context.Context, w io.Writer, format string, r RegisterTable) error
	// Scan writes a scan of the firm as a PDF.
	Scan(ctx context.Context, w io.Writer, p ScanPaper) error
	// Record writes the record of processing as pdf or xlsx.
	Record(ctx context.Context, w io.Writer, format string, p ScanPaper) error
	// Notice writes a privacy statement as a PDF.
	Notice(ctx context.Context, w io.Writer, p NoticePaper) error
	// Log writes who looked at whom as csv.
	Log(ctx context.Context, w io.Writer, r RegisterTable) error
	// RefusedRows writes the rows an import would refuse as xlsx or csv.
	RefusedRows(ctx context.Context, w io.Writer, format string, r RegisterTable) error
	// Receipt writes the receipt of an erasure as a PDF.
	Receipt(ctx context.Context, w io.Writer, r RegisterTable) error
}

// Paper is what stands around a notification. A draft has no version and no hash;
// Authority is its name in the notification's language.
type Paper struct {
	Firm      firm.Firm
	Final     bool
	Version   int
	Hash      string
	At        time.Time
	Authority string
}

// RegisterTable is the register, or another list, in words of one language.
type RegisterTable struct {
	Firm    firm.Firm
	Lang    string
	Columns []string
	Rows    [][]string
	At      time.Time
}
