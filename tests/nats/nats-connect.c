/* nats-connect.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "nats-connect.h"

natsOptions *
connect_options_new (const char *url)
{
  natsOptions *options;

  g_assert_cmpint (natsOptions_Create (&options), ==, NATS_OK);
  natsOptions_SetURL (options, url);
  natsOptions_SetReconnectWait (options, 20);
  natsOptions_SetReconnectJitter (options, 1, 1);
  natsOptions_SetMaxReconnect (options, -1);

  return options;
}

NorpcNatsConnection *
connect_to (const char *url)
{
  natsOptions *options = connect_options_new (url);
  g_autoptr (GError) error = NULL;
  NorpcNatsConnection *connection = norpc_nats_connection_new_for_options_sync (options, &error);

  natsOptions_Destroy (options);
  g_assert_no_error (error);

  return connection;
}
