#include <sqlite3.h>

/// Makes SQLite keep no count of the memory that it uses: for that, every thread would take one lock at each allocation.
/// To be called before anything else of SQLite. (`sqlite3_config` takes a variable number of arguments, which Swift cannot
/// call.)
static inline int sqlite3_config_without_memory_status(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
