/** The steps of a flow after its entry. */
export type WalkStep =
  | { readonly kind: 'call'; readonly component: string; readonly method: string; readonly text: string }
  | { readonly kind: 'spread'; readonly component: string; readonly method: string; readonly text: string }
  | { readonly kind: 'park'; readonly text: string }
  | { readonly kind: 'publish'; readonly topic: string; readonly text: string }
  | { readonly kind: 'done'; readonly text: string };
