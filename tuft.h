/* Tuft, all of it: include <tuft.h>. The headers below are each usable on their own. */
#ifndef TUFT_H
#define TUFT_H

#include "core/events.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/philox.h"
#include "core/status.h"
#include "core/version.h"

#endif
