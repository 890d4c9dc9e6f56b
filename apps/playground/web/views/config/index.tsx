import { View } from '../../parts/view';

export default function ConfigView() {
  return <View title="Config" lead="One JSON object: the server, the sender and the templates." />;
}
