"""From the ledger to the district: publish, await receipts, resend. No devices in here, ever."""
