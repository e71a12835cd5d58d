"""Lists of obligations as small units send them: CSV and XLSX, read cell by cell."""
