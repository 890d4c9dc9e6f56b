import { View } from '../../parts/view';

export default function DeliveriesView() {
  return <View title="Deliveries" lead="What the queue does, while it does it." />;
}
