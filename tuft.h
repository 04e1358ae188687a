/* Tuft, all of it: include <tuft.h>. The headers below are each usable on their own. */
#ifndef TUFT_H
#define TUFT_H

#include "core/cell_model.h"
#include "core/engine.h"
#include "core/events.h"
#include "core/file.h"
#include "core/folder.h"
#include "core/ledger.h"
#include "core/memory.h"
#include "core/network.h"
#include "core/philox.h"
#include "core/projection.h"
#include "core/recorder.h"
#include "core/status.h"
#include "core/version.h"
#include "core/wheel.h"

#include "cells/lif.h"
#include "cells/poisson.h"

#include "datasets/bs1.h"
#include "datasets/cochlea.h"
#include "datasets/digit_folders.h"
#include "datasets/dvs.h"
#include "datasets/espeak.h"
#include "datasets/events_csv.h"
#include "datasets/formant.h"
#include "datasets/idx.h"
#include "datasets/nmnist.h"
#include "datasets/ntidigits.h"
#include "datasets/recording_tree.h"
#include "datasets/source.h"
#include "datasets/source_kind.h"
#include "datasets/speech.h"
#include "datasets/spoken.h"
#include "datasets/strokes.h"
#include "datasets/survey.h"
#include "datasets/synthetic_vision.h"
#include "datasets/talker_split.h"
#include "datasets/wav.h"

#include "lsm/conductance.h"
#include "lsm/crossbar.h"
#include "lsm/frontend.h"
#include "lsm/reservoir.h"

#endif
