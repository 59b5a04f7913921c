// What a camera on a path would see, as lines: the numbers of a CameraPose, one unit is the distance to the subject.

const FIELD_DEG = 50;
const FIELDS = ["yaw_deg", "pitch_deg", "roll_deg", "truck", "pedestal", "dolly", "zoom"];
const rad = (degrees) => (degrees * Math.PI) / 180;

/** A pose that changes nothing. */
export const rest = (seconds = 0) => ({ seconds, yaw_deg: 0, pitch_deg: 0, roll_deg: 0, truck: 0, pedestal: 0, dolly: 0, zoom: 1 });

/** The pose at a time, straight between those around it. */
export function poseAt(poses, seconds) {
  const next = poses.findIndex((pose) => pose.seconds >= seconds);
  if (next <= 0) return { ...rest(), ...(next === 0 ? poses[0] : poses.at(-1)) };
  const [a, b] = [poses[next - 1], poses[next]];
  const share = (seconds - a.seconds) / (b.seconds - a.seconds);
  return { seconds, ...Object.fromEntries(FIELDS.map((name) => [name, (a[name] ?? rest()[name]) + share * ((b[name] ?? rest()[name]) - (a[name] ?? rest()[name]))])) };
}

/** Where the camera stands, seen from above: the subject at 0, 0; y grows towards the viewer. */
export function place(kind, pose) {
  const distance = 1 - Math.max(pose.dolly, -2);
  if (kind === "look") return { x: pose.truck, y: distance };
  const angle = rad(pose.yaw_deg);
  return { x: distance * Math.sin(angle) + pose.truck * Math.cos(angle), y: distance * Math.cos(angle) - pose.truck * Math.sin(angle) };
}

/** Which way it looks, in radians clockwise from "away from the viewer". */
export const heading = (kind, pose) => rad(kind === "orbit" ? -pose.yaw_deg : pose.yaw_deg);

/** A function from a point of the scene (x right, y up, z towards the first camera) to the picture, or null behind it. */
export function projector(kind, pose, width, height) {
  const focal = (Math.max(width, height) / 2 / Math.tan(rad(FIELD_DEG / 2))) * pose.zoom;
  const at = place(kind, pose);
  const pitch = rad(pose.pitch_deg), turn = heading(kind, pose), roll = rad(pose.roll_deg);
  const distance = 1 - Math.max(pose.dolly, -2);
  const eye = { x: at.x, y: pose.pedestal * (height / width) + (kind === "orbit" ? distance * Math.sin(pitch) : 0), z: kind === "orbit" ? at.y * Math.cos(pitch) : at.y };
  if (kind === "orbit") eye.x = at.x * Math.cos(pitch);
  const tilt = kind === "orbit" ? -pitch : pitch;
  return (p) => {
    const dx = p.x - eye.x, dy = p.y - eye.y, dz = p.z - eye.z;
    const right = dx * Math.cos(turn) + dz * Math.sin(turn);
    const ahead0 = dx * Math.sin(turn) - dz * Math.cos(turn);
    const ahead = ahead0 * Math.cos(tilt) + dy * Math.sin(tilt);
    const up = dy * Math.cos(tilt) - ahead0 * Math.sin(tilt);
    if (ahead < 0.03) return null;
    const x = (focal * right) / ahead, y = (-focal * up) / ahead;
    return { x: width / 2 + x * Math.cos(roll) + y * Math.sin(roll), y: height / 2 + y * Math.cos(roll) - x * Math.sin(roll) };
  };
}

/** A line of the scene as a path of the picture, cut where it goes behind the camera. */
export function wire(project, points) {
  let text = "", isDown = false;
  for (let i = 0; i + 1 < points.length; i += 1) {
    for (let k = 0; k <= 8; k += 1) {
      const mix = (name) => points[i][name] + (k / 8) * (points[i + 1][name] - points[i][name]);
      const seen = project({ x: mix("x"), y: mix("y"), z: mix("z") });
      if (!seen) { isDown = false; continue; }
      text += `${isDown ? "L" : "M"}${seen.x.toFixed(1)} ${seen.y.toFixed(1)}`;
      isDown = true;
    }
  }
  return text;
}
