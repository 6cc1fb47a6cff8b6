package contact

import "clepsydra/internal/fault"

// faultKey is the translation key of something found in one row or column.
type faultKey string

// What can be wrong with a row so that it is not taken.
const (
	keyRowTooLong   faultKey = "contact.row_too_long"
	keyRowTooFew    faultKey = "contact.row_too_few"
	keyRowTooMany   faultKey = "contact.row_too_many"
	keyRowNobody    faultKey = "contact.row_nobody"
	keyMailInvalid  faultKey = "contact.mail_invalid"
	keyFieldTooLong faultKey = "contact.field_too_long"
)

// What is worth saying about a row that is taken all the same.
const (
	keyQuoteNotClosed  faultKey = "contact.quote_not_closed"
	keyMailDropped     faultKey = "contact.mail_dropped"
	keyMailSeveral     faultKey = "contact.mail_several"
	keyPhoneUncertain  faultKey = "contact.phone_uncertain"
	keyPhoneRounded    faultKey = "contact.phone_rounded"
	keyDateUnreadable  faultKey = "contact.date_unreadable"
	keyCountryUnknown  faultKey = "contact.country_unknown"
	keyPostcodeCountry faultKey = "contact.postcode_country"
	keyAddressKept     faultKey = "contact.address_kept_whole"
	keyAddressCheck    faultKey = "contact.address_check"
	keyAttributesBad   faultKey = "contact.attributes_unreadable"
)

// What is worth saying about the file or one of its columns.
const (
	keyColumnNational  faultKey = "contact.column_national_number"
	keyColumnCard      faultKey = "contact.column_payment_card"
	keyColumnPassword  faultKey = "contact.column_password"
	keyColumnPhones    faultKey = "contact.column_mail_holds_phones"
	keyColumnNotMail   faultKey = "contact.column_mail_holds_other"
	keyColumnsDropped  faultKey = "contact.columns_dropped"
	keyColumnTwice     faultKey = "contact.column_twice"
	keyMappedByContent faultKey = "contact.mapped_by_content"
	keyMixedEncoding   faultKey = "contact.encoding_mixed"
	keyEncodingGuessed faultKey = "contact.encoding_guessed"
	keyLinesSkipped    faultKey = "contact.lines_skipped"
	keyOtherSheets     faultKey = "contact.other_sheets"
	keyNothingMapped   faultKey = "contact.nothing_mapped"
	keyNoRows          faultKey = "contact.no_rows"
	keySameFile        faultKey = "contact.same_file_imported"
	keyMoreNotListed   faultKey = "contact.more_not_listed"
)

// What is worth saying about numbers and words that need care. Further keys are
// made of a secret's name: "intake.column_…" and "intake.cell_…".
const (
	keyColumnHidden faultKey = "intake.column_hidden"
	keyColumnIBAN   faultKey = "intake.column_iban"

	keyCardUnreadable faultKey = "intake.card_unreadable"
)

// Why a file cannot be read at all. Each text says what to do instead.
var (
	ErrEmpty         = fault.New(fault.Invalid, "contact.file_empty").At("file")
	ErrTooLarge      = fault.New(fault.TooLarge, "contact.file_too_large").At("file")
	ErrTooManyRows   = fault.New(fault.TooLarge, "contact.file_too_many_rows").At("file")
	ErrOldExcel      = fault.New(fault.Invalid, "contact.file_old_excel").At("file")
	ErrLocked        = fault.New(fault.Invalid, "contact.file_password").At("file")
	ErrPDF           = fault.New(fault.Invalid, "contact.file_pdf").At("file")
	ErrImage         = fault.New(fault.Invalid, "contact.file_image").At("file")
	ErrOpenDocument  = fault.New(fault.Invalid, "contact.file_open_document").At("file")
	ErrArchive       = fault.New(fault.Invalid, "contact.file_archive").At("file")
	ErrMarkup        = fault.New(fault.Invalid, "contact.file_markup").At("file")
	ErrNotATable     = fault.New(fault.Invalid, "contact.file_not_a_table").At("file")
	ErrDamaged       = fault.New(fault.Invalid, "contact.file_damaged").At("file")
	ErrNoSheet       = fault.New(fault.Invalid, "contact.file_no_sheet").At("file")
	ErrBadOption     = fault.New(fault.Invalid, "contact.option_unknown")
	ErrNotFound      = fault.New(fault.NotFound, "contact.not_found")
	ErrImportUnknown = fault.New(fault.NotFound, "contact.import_not_found")
	ErrImportUndone  = fault.New(fault.Conflict, "contact.import_undone")
	ErrImportInUse   = fault.New(fault.Conflict, "contact.import_in_use")
	ErrNothingTaken  = fault.New(fault.Invalid, "contact.import_nothing").At("file")
)

// SameFileImported is the warning that this very file was imported before.
func SameFileImported(at string) *fault.Error { return keySameFile.fault().With("Date", at) }

// Problem is something found at a line of a file. Line 0 means the whole file.
// The fault holds the translation key, its arguments and the field.
type Problem struct {
	Line  int
	Fault *fault.Error
}

func (k faultKey) fault() *fault.Error { return fault.New(fault.Invalid, string(k)) }

func (k faultKey) at(f Field) *fault.Error { return k.fault().At(string(f)) }

// shown shortens a value of the file for a message.
func shown(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
