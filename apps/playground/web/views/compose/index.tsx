import { View } from '../../parts/view';

export default function ComposeView() {
  return <View title="Compose" lead="Write a template, and see what its reader gets." />;
}
