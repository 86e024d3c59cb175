/** Of the connections of every place, from the start of this process on. */
export const connectionCounts = {
  /** The primary holds so many for workers that have not received them yet. */
  held: 0,
  /** So many had brought requests to one worker, and then another took them. */
  moved: 0,
}
