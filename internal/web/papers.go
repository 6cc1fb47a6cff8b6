package web

// Papers makes the PDFs and spreadsheets that pages offer. Its methods are
// declared by the pages that use them.
type Papers interface{}
