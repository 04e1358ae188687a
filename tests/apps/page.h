/* What every page must be. */
#ifndef TUFT_TESTS_APPS_PAGE_H
#define TUFT_TESTS_APPS_PAGE_H

/* Every tag closed in order; attributes quoted; no stray '<'. Returns NULL or where it fails. */
const char *page_fault(const char *page);

/* Where the page needs something from outside (an inline <script> is its own), or shows a number
 * that is none; NULL if nowhere. */
const char *page_unwanted(const char *page);

#endif
