/** Whether the dialog for a new conversation is open: several places can open it. */
export const creating = $state({ open: false });
