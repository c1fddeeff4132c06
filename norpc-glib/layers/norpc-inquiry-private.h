/* norpc-inquiry-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-members-private.h"

G_BEGIN_DECLS

/*
 * Probes that wait until any of several endpoints is ready. Each endpoint is asked, and the
 * first answer without an error is used. An error is used only if all endpoints answer with
 * errors.
 */
typedef struct _NorpcInquiries NorpcInquiries;

NorpcInquiries *norpc_inquiries_new   (void);
void            norpc_inquiries_unref (NorpcInquiries *self);
void            norpc_inquiries_add   (NorpcInquiries *self,
                                       NorpcCall      *probe,
                                       NorpcMembers   *members);
void            norpc_inquiries_ask   (NorpcInquiries *self,
                                       NorpcEndpoint  *endpoint);
void            norpc_inquiries_close (NorpcInquiries *self);

G_END_DECLS
